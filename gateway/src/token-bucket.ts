/** Rate limits: a bucket of tokens that refills with time, and a bounded set of them by key. */

export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  constructor(
    private readonly capacity: number,
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  take(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes tokens that are used already, if need be from those to come. */
  spend(tokens: number): void {
    this.#refill();
    this.#tokens -= tokens;
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

/** Above this many keys the full buckets, which limit nothing, are dropped early. */
const MAX_KEYS = 50_000;

export class TokenBuckets {
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(private readonly make: () => TokenBucket) {}

  of(key: string): TokenBucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= MAX_KEYS) this.sweep();
    // Still full of live ones: the oldest goes, so that memory stays bounded.
    if (this.#buckets.size >= MAX_KEYS) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    const made = this.make();
    this.#buckets.set(key, made);
    return made;
  }

  sweep(): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull()) this.#buckets.delete(key);
  }
}
