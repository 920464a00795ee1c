/** Ids of messages, remembered to recognise repeats: of a server after a worker's death, and of a worker after its own. */

/** The latest so many are remembered at least: some hundred conversations' history, which a server may push again. */
const REMEMBERED_IDS = 20_000;
/** A list or a set of so many drops the others at once, since a set is slow to lose its first entry. */
const MAX_IDS = 40_000;

export class RecentIds<T extends number | string> {
  /** A higher id is new, and nothing has to be searched. Live messages have rising ids. */
  #highest = 0;
  /** Such ids, until the next search. */
  #rising: T[] = [];
  #ids = new Set<T>();

  /** @returns whether the id is new */
  add(id: T): boolean {
    if (typeof id === 'number' && id > this.#highest) {
      this.#highest = id;
      if (this.#rising.push(id) >= MAX_IDS) this.#rising.splice(0, REMEMBERED_IDS);
      return true;
    }
    return this.all().size < this.#ids.add(id).size;
  }

  /** For changes as well, until the next {@link add}. */
  all(): Set<T> {
    for (const id of this.#rising.splice(0)) this.#ids.add(id);
    if (this.#ids.size >= MAX_IDS) this.#ids = new Set([...this.#ids].slice(-REMEMBERED_IDS));
    return this.#ids;
  }
}
