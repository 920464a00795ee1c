/**
 * Limits guessing at a masterSecret. An address that has used the right one before may still use it. So guesses by others behind the same
 * proxy do not lock an application's server out.
 */
import { LRUCache } from 'lru-cache';
import type { TokenBuckets } from '../util/token-bucket.js';

const KNOWN = 10_000;

export class ServerGuard {
  readonly #known = new LRUCache<string, true>({ max: KNOWN });

  /** @param tries wrong ones, by address */
  constructor(private readonly tries: TokenBuckets) {}

  /**
   * @param isRight looks at the secret
   * @returns `throttled` without having looked, or where a wrong one is one too many
   */
  check(appkey: string, source: string, isRight: () => boolean): 'right' | 'wrong' | 'throttled' {
    const caller = `${appkey} ${source}`;
    const bucket = this.tries.of(source);
    const mayTry = bucket.take();
    if (!mayTry && !this.#known.get(caller)) return 'throttled';
    if (!isRight()) return mayTry ? 'wrong' : 'throttled';
    if (mayTry) bucket.credit(1);
    this.#known.set(caller, true);
    return 'right';
  }

  sweep(): void {
    this.tries.sweep();
  }
}
