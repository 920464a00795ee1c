/** The latest ids of something, which come in the order of ids or nearly so. */
export class RecentIds {
  readonly #ids = new Set<number>();

  constructor(private readonly limit: number) {}

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size > this.limit) for (const oldest of this.#ids) return void this.#ids.delete(oldest);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }
}
