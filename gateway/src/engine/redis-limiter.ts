/** Limits that all nodes count together, in Redis. While it is away, each node counts for itself. */
import type { Redis } from 'ioredis';
import { type Limit, type Limiter, type Outcome, PLACE_MS, RESULT_MS } from '../util/limiter.js';
import { SETTLE, TAKE } from './redis-scripts.js';

const TAKEN = 1;
const WAIT = 0;

export class RedisLimiter implements Limiter {
  constructor(
    private readonly commands: Redis,
    private readonly prefix: string,
    private readonly local: Limiter,
    private readonly onLost: () => void,
  ) {}

  async take(limits: readonly Limit[], place = 0): Promise<Outcome> {
    const keys = limits.map(({ name }) => `${this.prefix}tries:${name}`);
    const each = limits.flatMap(({ most, perMs, isPatient }) => [most, perMs, isPatient ? 1 : 0]);
    try {
      const args = [place, RESULT_MS, PLACE_MS, ...each];
      const answer = await this.commands.eval(TAKE, keys.length, ...keys, ...args);
      const [outcome, given] = answer as [number, number];
      if (outcome === WAIT) return { is: 'wait', place: given };
      if (outcome !== TAKEN) return { is: 'none' };
    } catch {
      this.onLost();
      // A place in Redis is beyond all of this node's own, so it is not kept.
      return this.local.take(limits);
    }
    const settle = (isGivenBack: boolean): void => {
      const args = [isGivenBack ? 1 : 0, ...limits.map(({ most }) => most)];
      void this.commands.eval(SETTLE, keys.length, ...keys, ...args).catch(this.onLost);
    };
    return { is: 'taken', settle };
  }
}
