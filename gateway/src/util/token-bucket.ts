/** Rate limits: a bucket of tokens that refills with time, and a bounded set of them by key. */
import { LRUCache } from 'lru-cache';

export class TokenBucket {
  #tokens: number;
  #filledAt: number;
  #spent = 0;

  constructor(
    private readonly capacity: number,
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  /** @param tokens one that is dearer than the capacity is granted by a full bucket, or it never could be */
  take(tokens = 1): boolean {
    this.#refill();
    if (this.#tokens < Math.min(tokens, this.capacity) || this.#tokens <= 0) return false;
    this.#tokens -= tokens;
    this.#spent += tokens;
    return true;
  }

  /** Takes tokens that are used already, if need be from those to come. */
  spend(tokens: number): void {
    this.#refill();
    this.#tokens -= tokens;
    this.#spent += tokens;
  }

  /** Takes tokens that were used on another node. */
  spendElsewhere(tokens: number): void {
    this.#refill();
    this.#tokens -= tokens;
  }

  /** @returns how many were used here since the last time, if there were so many */
  takeSpent(least: number): number {
    if (this.#spent < least) return 0;
    const spent = this.#spent;
    this.#spent = 0;
    return spent;
  }

  /** Gives tokens back, up to the capacity. */
  credit(tokens: number): void {
    this.#tokens = Math.min(this.capacity, this.#tokens + tokens);
  }

  isFull(): boolean {
    this.#refill();
    return this.#tokens >= this.capacity;
  }

  #refill(): void {
    const now = this.now();
    // A clock that was set back must not take tokens away.
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.credit((elapsedMs / 1_000) * this.perSecond);
  }
}

/** Beyond this many keys the one that was not asked for the longest is forgotten, in constant time. */
const MAX_KEYS = 50_000;

export class TokenBuckets {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: MAX_KEYS });

  constructor(private readonly make: () => TokenBucket) {}

  of(key: string): TokenBucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    const made = this.make();
    this.#buckets.set(key, made);
    return made;
  }

  /** Full buckets limit nothing. */
  sweep(): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull()) this.#buckets.delete(key);
  }
}
