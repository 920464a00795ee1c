/**
 * A part of the database that is kept in memory while it is in use. It never keeps a value that was read while something changed: that
 * value may be the one before the change.
 */
import { LRUCache } from 'lru-cache';
import type { CacheLimits } from './cache-limits.js';

export class ReadCache<K extends number | string, V extends object> {
  readonly #kept: LRUCache<K, V>;
  #changes = 0;

  /** @param read from the database; what it has no value for is asked for again */
  constructor(
    limits: CacheLimits,
    private readonly read: (key: K) => Promise<V | undefined>,
  ) {
    this.#kept = new LRUCache(limits);
  }

  async get(key: K): Promise<V | undefined> {
    const known = this.#kept.get(key);
    if (known) return known;
    const before = this.#changes;
    const value = await this.read(key);
    if (value && this.#changes === before) this.#kept.set(key, value);
    return value;
  }

  /** Keeps what is committed. */
  keep(key: K, value: V): void {
    this.#changes += 1;
    this.#kept.set(key, value);
  }

  /** To be called after the commit of a change, on every node. */
  forget(key: K): void {
    this.#changes += 1;
    this.#kept.delete(key);
  }

  forgetAll(): void {
    this.#changes += 1;
    this.#kept.clear();
  }
}
