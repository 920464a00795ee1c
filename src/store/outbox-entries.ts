import type { OutboxEntry } from '../index.js';

/** The account's outbox. Its changes arrive one by one, and a list of all entries may be older than such a change. */
export class OutboxEntries {
  readonly #entries = new Map<string, OutboxEntry>();
  /** Entries that have left the outbox, so that an older list brings none of them back. */
  readonly #left = new Set<string>();
  readonly #needed = new Set<string>();

  snapshot(): readonly OutboxEntry[] {
    return [...this.#entries.values()];
  }

  /** @returns false if the entry had left the outbox before */
  set(entry: OutboxEntry): boolean {
    const { id, state } = entry;
    if (this.#left.has(id)) return false;
    if (state === 'sent' || state === 'cancelled') {
      this.#left.add(id);
      this.#entries.delete(id);
    } else this.#entries.set(id, entry);
    return true;
  }

  /** @returns true at the first call for this entry, so that the store loads the list with its file once */
  needsFile(id: string): boolean {
    if (this.#needed.has(id)) return false;
    this.#needed.add(id);
    return true;
  }
}
