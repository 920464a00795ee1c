/** Ids of messages, remembered to recognise repeats: of a server after a worker's death, and of a worker after its own. */

/** Remembered at least, and twice as many at most: some hundred conversations' history, which a server may push again. */
const REMEMBERED_IDS = 20_000;

export class RecentIds<T> {
  #newer = new Set<T>();
  /** Dropped as a whole, since a set is slow to lose its first entry. */
  #older = new Set<T>();

  /** @returns whether the id is new */
  add(id: T): boolean {
    if (this.#newer.has(id) || this.#older.has(id)) return false;
    this.#newer.add(id);
    if (this.#newer.size >= REMEMBERED_IDS) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    return true;
  }

  forget(which: (id: T) => boolean): void {
    for (const ids of [this.#newer, this.#older]) {
      ids.forEach((id) => {
        if (which(id)) ids.delete(id);
      });
    }
  }
}
