const encodedSize = (item: object): number => Buffer.byteLength(JSON.stringify(item));

/** Fills portions up to a size; a single item may exceed it. */
export class SizeBatcher<T extends object> {
  #items: T[] = [];
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly sizeOf: (item: T) => number = encodedSize,
  ) {}

  /** @returns the portion before, when the item does not fit into it */
  add(item: T): T[] | undefined {
    const bytes = this.sizeOf(item);
    const full = this.#items.length > 0 && this.#bytes + bytes > this.maxBytes ? this.take() : undefined;
    this.#items.push(item);
    this.#bytes += bytes;
    return full;
  }

  /** The items since the last portion; may be empty. */
  take(): T[] {
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return items;
  }
}
