/**
 * Limits guessing at a masterSecret. An address that has used the right one before may still use it. So guesses by others behind the same
 * proxy do not lock an application's server out.
 */
import { LRUCache } from 'lru-cache';
import { memoryEngine } from '../engine/memory.js';
import { type Counter, type Tries, takeEverywhere } from './tries.js';

const KNOWN = 10_000;

export class ServerGuard {
  readonly #known = new LRUCache<string, true>({ max: KNOWN });

  /** @param tries wrong ones, by address */
  constructor(
    private readonly tries: Tries,
    private readonly everywhere: Counter = memoryEngine,
  ) {}

  /**
   * @param isRight looks at the secret
   * @returns `throttled` without having looked, or where a wrong one is one too many
   */
  async check(
    appkey: string,
    source: string,
    isRight: () => boolean,
  ): Promise<'right' | 'wrong' | 'throttled'> {
    const caller = `${appkey} ${source}`;
    const one = this.tries.of(source);
    const mayTry = one.bucket.take() && (await takeEverywhere(this.everywhere, [one]));
    if (!mayTry && !this.#known.get(caller)) return 'throttled';
    if (!isRight()) return mayTry ? 'wrong' : 'throttled';
    if (mayTry) {
      one.bucket.credit(1);
      this.everywhere.giveBack(one.name);
    }
    this.#known.set(caller, true);
    return 'right';
  }

  sweep(): void {
    this.tries.sweep();
  }
}
