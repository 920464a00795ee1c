/** Fills portions up to a size; a single item may exceed it. */
export class SizeBatcher<T> {
  #items: T[] = [];
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** @returns the portion before, when the item does not fit into it */
  add(item: T): T[] | undefined {
    const bytes = Buffer.byteLength(JSON.stringify(item));
    const full = this.#items.length > 0 && this.#bytes + bytes > this.maxBytes ? this.take() : undefined;
    this.#items.push(item);
    this.#bytes += bytes;
    return full;
  }

  /** What was added since the last portion; may be empty. */
  take(): T[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return items;
  }
}
