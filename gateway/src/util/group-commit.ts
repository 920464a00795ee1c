/**
 * Gathers what is handed in while the last lot is being worked on, and works on it as one: group commit. Lots are worked on one after
 * the other, never two at once; each key's items in the order of arrival. When more waits than a lot takes, each key has its turn: one that
 * hands in a lot does not hold up those that do not.
 */
interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** How what waits is shared out. */
export interface Shares<T> {
  keyOf(item: T): unknown;
  costOf(item: T): number;
  /** Of one lot; a single item may exceed it. */
  maxCost: number;
}

export class GroupCommit<T, R> {
  #waiting: Waiting<T, R>[] = [];
  #working = false;

  /** @param work answers each item of a lot at its index */
  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly maxLot: number,
    private readonly shares?: Shares<T>,
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
      const lot = this.#takeLot();
      const failed = await this.#settle(lot);
      // One item that cannot be stored must not take the others with it.
      if (failed && lot.length > 1) for (const one of lot) await this.#settle([one]);
    }
    this.#working = false;
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
    if (this.#waiting.length <= this.maxLot && cost <= shares.maxCost) return this.#waiting.splice(0);
    const lot = new Set<Waiting<T, R>>();
    let left = shares.maxCost;
    for (let round = 0; left > 0 && lot.size < this.maxLot && lot.size < this.#waiting.length; round += 1) {
      for (const queue of queues.values()) {
        const one = queue[round];
        if (!one || left <= 0 || lot.size >= this.maxLot) continue;
        lot.add(one);
        left -= shares.costOf(one.item);
      }
    }
    this.#waiting = this.#waiting.filter((one) => !lot.has(one));
    return [...lot];
  }

  /** @returns whether a lot of several failed: nobody has been answered then */
  async #settle(lot: readonly Waiting<T, R>[]): Promise<boolean> {
    try {
      const results = await this.work(lot.map(({ item }) => item));
      lot.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error('no result for an item of the lot'));
        else resolve(result);
      });
      return false;
    } catch (error) {
      if (lot.length === 1) for (const { reject } of lot) reject(error);
      return true;
    }
  }
}
