/**
 * Gathers what is handed in while the last lot is being worked on, and works on it as one: group commit. Each key's items keep the order of
 * arrival. If more rows wait than a batch takes, the keys take turns. So a key with many rows does not delay the others.
 *
 * Lots are done one after the other. A full one may be handed over while the one before is being done, since it would gather nothing more. It names
 * the one before, and does nothing if that has failed. Work may leave its end for later. Then the next lot begins meanwhile, and the ends
 * keep the order of the lots.
 */
interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** How what waits is shared out. */
interface Shares<T> {
  keyOf(item: T): unknown;
  costOf(item: T): number;
  /** Of one lot; a single item may exceed it. */
  maxCost: number;
}

/** The end of the work on a lot. It must not fail. */
type Finish<R> = () => Promise<readonly R[]>;

/** The place of a lot among those of its `GroupCommit`. */
export interface Place {
  number: number;
  /** The lot before, while its outcome is not known: without its success this one has to fail, and to do nothing. */
  after: number | undefined;
}

/** Answers each item of a lot at its index, or returns how to. */
type Work<T, R> = (items: readonly T[], place: Place) => Promise<readonly R[] | Finish<R>>;

type Outcome<R> = { answers: readonly R[] | Finish<R> } | { error: unknown };

/** A lot that was handed over. */
interface Begun<T, R> {
  lot: readonly Waiting<T, R>[];
  isConditional: boolean;
  outcome: Promise<Outcome<R>>;
}

export interface GroupCommitOptions<T> {
  shares?: Shares<T>;
  /**
   * The time from the beginning of one lot to that of the next, since each lot has a price of its own. It does not delay a full lot, the
   * first one after a rest, or the one after a single item: then nothing would be gathered.
   */
  gapMs?: () => number;
  /** The most lots that are handed over at a time. The work has to heed the {@link Place} of a lot if it is more than 1. */
  lotsAtOnce?: number;
}

export class GroupCommit<T, R> {
  /** Resolves when the lots before are finished. */
  #finished: Promise<void> = Promise.resolve();
  #waiting: Waiting<T, R>[] = [];
  /** Handed over, the oldest first. */
  readonly #begun: Begun<T, R>[] = [];
  #isBeginning = false;
  #isSettling = false;
  #isRepairing = false;
  #lastNumber = 0;
  /** Of the lot before: their next items come after those of others. */
  #served = new Set<unknown>();
  /** Of the lot before. */
  #begunMs = Number.NEGATIVE_INFINITY;
  /** Of the lot before. */
  #size = 0;
  readonly #shares: Shares<T> | undefined;
  readonly #gapMs: () => number;
  readonly #lotsAtOnce: number;

  constructor(
    private readonly work: Work<T, R>,
    private readonly maxLot: number,
    { shares, gapMs = () => 0, lotsAtOnce = 1 }: GroupCommitOptions<T> = {},
  ) {
    this.#shares = shares;
    this.#gapMs = gapMs;
    this.#lotsAtOnce = lotsAtOnce;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isDue()) return;
      this.#isBeginning = true;
      // The rest of this tick's items come first.
      setImmediate(() => void this.#begin());
    });
  }

  #isDue(): boolean {
    if (this.#isBeginning || this.#isRepairing || this.#waiting.length === 0) return false;
    if (this.#begun.length === 0) return true;
    return this.#begun.length < this.#lotsAtOnce && this.#waiting.length >= this.maxLot;
  }

  async #begin(): Promise<void> {
    this.#isBeginning = true;
    const leftMs = this.#gapLeftMs();
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
    this.#isBeginning = false;
    // A lot before it may have failed meanwhile.
    if (this.#isRepairing) return;
    this.#begunMs = performance.now();
    const lot = this.#takeLot();
    this.#size = lot.length;
    const isConditional = this.#begun.length > 0;
    this.#begun.push({ lot, isConditional, outcome: this.#hand(lot, isConditional) });
    if (!this.#isSettling) void this.#settleAll();
    if (this.#isDue()) void this.#begin();
  }

  async #hand(lot: readonly Waiting<T, R>[], isConditional = false): Promise<Outcome<R>> {
    const before = this.#lastNumber;
    this.#lastNumber += 1;
    const place: Place = { number: this.#lastNumber, after: isConditional ? before : undefined };
    try {
      const answers = await this.work(
        lot.map(({ item }) => item),
        place,
      );
      return { answers };
    } catch (error) {
      return { error };
    }
  }

  /** Settles the lots in their order, until there is none. */
  async #settleAll(): Promise<void> {
    this.#isSettling = true;
    for (let oldest = this.#begun[0]; oldest; oldest = this.#begun[0]) {
      const outcome = await oldest.outcome;
      if ('error' in outcome) await this.#repair();
      else await this.#settle(oldest.lot, outcome.answers);
      this.#begun.shift();
      if (this.#isDue()) void this.#begin();
    }
    this.#isSettling = false;
  }

  /** The oldest lot has failed, and so have those behind it, which have done nothing. */
  async #repair(): Promise<void> {
    this.#isRepairing = true;
    await Promise.all(this.#begun.map(({ outcome }) => outcome));
    for (const { lot, isConditional, outcome } of this.#begun) {
      // It may have failed only because of the lot before.
      const result = isConditional ? await this.#hand(lot) : await outcome;
      if ('answers' in result) await this.#settle(lot, result.answers);
      else await this.#eachAlone(lot, result.error);
    }
    this.#begun.splice(1);
    this.#isRepairing = false;
  }

  /** One item that cannot be stored must not take the others with it. */
  async #eachAlone(lot: readonly Waiting<T, R>[], error: unknown): Promise<void> {
    if (lot.length === 1) return lot[0]?.reject(error);
    for (const one of lot) {
      const outcome = await this.#hand([one]);
      if ('error' in outcome) one.reject(outcome.error);
      else await this.#settle([one], outcome.answers);
    }
  }

  #gapLeftMs(): number {
    const gapMs = this.#gapMs();
    if (gapMs === 0 || this.#size <= 1 || this.#waiting.length >= this.maxLot) return 0;
    return this.#begunMs + gapMs - performance.now();
  }

  #takeLot(): Waiting<T, R>[] {
    const shares = this.#shares;
    if (!shares) return this.#waiting.splice(0, this.maxLot);
    const queues = new Map<unknown, Waiting<T, R>[]>();
    let cost = 0;
    for (const one of this.#waiting) {
      const key = shares.keyOf(one.item);
      const queue = queues.get(key);
      if (queue) queue.push(one);
      else queues.set(key, [one]);
      cost += shares.costOf(one.item);
    }
    if (this.#waiting.length <= this.maxLot && cost <= shares.maxCost) {
      this.#served = new Set(queues.keys());
      return this.#waiting.splice(0);
    }
    const lot = this.#share(queues, shares);
    this.#served = new Set([...lot].map(({ item }) => shares.keyOf(item)));
    this.#waiting = this.#waiting.filter((one) => !lot.has(one));
    return [...lot];
  }

  /** Round after round one item of each key. A key whose next item finds no room has to wait for another lot. */
  #share(queues: ReadonlyMap<unknown, Waiting<T, R>[]>, { costOf, maxCost }: Shares<T>): Set<Waiting<T, R>> {
    const lot = new Set<Waiting<T, R>>();
    const isServed = ([key]: [unknown, unknown]): number => Number(this.#served.has(key));
    let open = [...queues].sort((one, other) => isServed(one) - isServed(other)).map(([, queue]) => queue);
    let left = maxCost;
    for (let round = 0; open.length > 0; round += 1) {
      open = open.filter((queue) => {
        const one = queue[round];
        if (!one || lot.size >= this.maxLot) return false;
        const cost = costOf(one.item);
        if (lot.size > 0 && cost > left) return false;
        lot.add(one);
        left -= cost;
        return true;
      });
    }
    return lot;
  }

  async #settle(lot: readonly Waiting<T, R>[], answers: readonly R[] | Finish<R>): Promise<void> {
    // One lot at most is ahead of its end.
    await this.#finished;
    this.#finished = this.#finish(lot, answers);
  }

  async #finish(lot: readonly Waiting<T, R>[], answers: readonly R[] | Finish<R>): Promise<void> {
    try {
      const results = typeof answers === 'function' ? await answers() : answers;
      lot.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('no result for an item of the lot'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of lot) reject(error);
    }
  }
}
