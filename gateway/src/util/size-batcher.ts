/** An item that goes to many is measured once. */
const sizes = new WeakMap<object, number>();

function sizeOf(item: object): number {
  const known = sizes.get(item);
  if (known !== undefined) return known;
  const size = Buffer.byteLength(JSON.stringify(item));
  sizes.set(item, size);
  return size;
}

/** The item has about that size, and need not be encoded to learn it. */
export function knowSize(item: object, bytes: number): void {
  sizes.set(item, bytes);
}

/** Fills portions up to a size; a single item may exceed it. */
export class SizeBatcher<T extends object> {
  #items: T[] = [];
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** @returns the portion before, when the item does not fit into it */
  add(item: T): T[] | undefined {
    const bytes = sizeOf(item);
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
