/**
 * Limits guessing at a masterSecret. An address that has used the right one before may still use it. So guesses by others behind the same
 * proxy do not lock an application's server out.
 */
import { LRUCache } from 'lru-cache';
import type { Memory } from '../engine/engine.js';
import type { Limiter } from '../util/limiter.js';
import { limitOf, Tries } from './tries.js';

const KNOWN = 10_000;
const MINUTE_MS = 60_000;
/** How long the other nodes know an address that has used the right one. */
const KNOWN_MS = 24 * 60 * MINUTE_MS;

export class ServerGuard {
  readonly #known = new LRUCache<string, true>({ max: KNOWN });
  readonly #tries: Tries;

  /**
   * @param perMinute wrong ones, by address
   * @param everywhere the memory of all nodes
   */
  constructor(
    private readonly perMinute: number,
    limiter: Limiter,
    private readonly everywhere: Memory,
  ) {
    this.#tries = new Tries(limiter);
  }

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
    if (this.#known.get(caller) && isRight()) return 'right';
    const settle = await this.#tries.take([limitOf('server', source, this.perMinute, MINUTE_MS)]);
    const { name } = limitOf('known server', caller, 0, 0);
    if (!settle && !this.#known.get(caller) && !(await this.everywhere.remembers(name))) return 'throttled';
    const verdict = isRight();
    settle?.(verdict);
    if (!verdict) return settle ? 'wrong' : 'throttled';
    this.#known.set(caller, true);
    this.everywhere.remember(name, KNOWN_MS);
    return 'right';
  }
}
