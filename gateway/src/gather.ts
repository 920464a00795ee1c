/**
 * Gathers what is handed in while the last lot is being worked on, and works on it as one: group commit. Lots are worked on one after
 * the other in the order of arrival, never two at once.
 */
interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

export class Gatherer<T, R> {
  #waiting: Waiting<T, R>[] = [];
  #working = false;

  /** @param work answers each item of a lot at its index */
  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly maxLot: number,
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
      const lot = this.#waiting.splice(0, this.maxLot);
      const failed = await this.#settle(lot);
      // One item that cannot be stored must not take the others with it.
      if (failed && lot.length > 1) for (const one of lot) await this.#settle([one]);
    }
    this.#working = false;
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
