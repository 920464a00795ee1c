/**
 * Gathers what is handed in while the last lot is being worked on, and works on it as one: group commit. Lots are worked on one after
 * the other, never two at once; each key's items in the order of arrival. If more rows wait than a batch takes, the keys take turns. So a key
 * with many rows does not delay the others. Work may leave its end for later: then the next lot begins meanwhile, and the ends keep the order
 * of the lots.
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

export class GroupCommit<T, R> {
  /** Resolves when the lots before are finished. */
  #finished: Promise<void> = Promise.resolve();
  #waiting: Waiting<T, R>[] = [];
  #working = false;
  /** Of the lot before: their next items come after those of others. */
  #served = new Set<unknown>();
  /** Of the lot before. */
  #begunMs = Number.NEGATIVE_INFINITY;
  /** Of the lot before. */
  #size = 0;

  /**
   * @param work answers each item of a lot at its index, or returns how to
   * @param gapMs the time from the beginning of one lot to that of the next, since each lot has a price of its own. It does not delay a full lot, the
   * first one after a rest, or the one after a single item: then nothing would be gathered
   */
  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly R[] | Finish<R>>,
    private readonly maxLot: number,
    private readonly shares?: Shares<T>,
    private readonly gapMs: () => number = () => 0,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#working) return;
      this.#working = true;
      // The rest of this tick's items come first.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gap();
      const lot = this.#takeLot();
      this.#size = lot.length;
      const failed = await this.#settle(lot);
      // One item that cannot be stored must not take the others with it.
      if (failed && lot.length > 1) for (const one of lot) await this.#settle([one]);
    }
    this.#working = false;
  }

  async #gap(): Promise<void> {
    const gapMs = this.gapMs();
    const leftMs = this.#begunMs + gapMs - performance.now();
    if (leftMs > 0 && this.#size > 1 && this.#waiting.length < this.maxLot) {
      await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
    this.#begunMs = performance.now();
  }

  #takeLot(): Waiting<T, R>[] {
    const { shares } = this;
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

  /** @returns whether a lot of several failed: nobody has been answered then */
  async #settle(lot: readonly Waiting<T, R>[]): Promise<boolean> {
    try {
      const answers = await this.work(lot.map(({ item }) => item));
      // One lot at most is ahead of its end.
      await this.#finished;
      this.#finished = this.#finish(lot, answers);
      return false;
    } catch (error) {
      if (lot.length === 1) for (const { reject } of lot) reject(error);
      return true;
    }
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
