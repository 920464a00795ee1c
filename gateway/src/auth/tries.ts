/** Tries at secrets and at what else is limited, by name, over all nodes. */
import { createHash } from 'node:crypto';
import { ASK_AGAIN_MS, type Limit, type Limiter } from '../util/limiter.js';

/** How long a client waits for a try. */
const WAIT_MS = 5_000;
/** The clients of one line that wait at a time, on this node. Beyond, the earliest gives up its place. */
const WAITING_OF_LINE = 200;

export type Settle = (isGivenBack: boolean) => void;

/** The name is seen in Redis, and a device's is half of a secret. */
export const limitOf = (
  kind: string,
  key: string | number,
  most: number,
  perMs: number,
  isPatient = false,
): Limit => ({
  name: createHash('sha256').update(`${kind} ${key}`).digest('base64url'),
  most,
  perMs,
  isPatient,
});

export class Tries {
  readonly #waiting = new Map<string, symbol[]>();

  constructor(private readonly limiter: Limiter) {}

  /** A try that counts whatever comes of it. @returns whether there was one */
  async spend(limit: Limit): Promise<boolean> {
    const outcome = await this.limiter.take([limit]);
    if (outcome.is !== 'taken') return false;
    outcome.settle(false);
    return true;
  }

  /** A try of each limit, without waiting. */
  async take(limits: readonly Limit[]): Promise<Settle | undefined> {
    const outcome = await this.limiter.take(limits);
    return outcome.is === 'taken' ? outcome.settle : undefined;
  }

  /**
   * Takes a try, and waits for it if that can help.
   * @param line of those who wait for each other
   */
  async await(line: string, limits: readonly Limit[]): Promise<Settle | undefined> {
    let outcome = await this.limiter.take(limits);
    if (outcome.is !== 'wait') return outcome.is === 'taken' ? outcome.settle : undefined;
    const waiting = this.#waiting.get(line) ?? [];
    this.#waiting.set(line, waiting);
    const mine = Symbol(line);
    waiting.push(mine);
    if (waiting.length > WAITING_OF_LINE) waiting.shift();
    const until = performance.now() + WAIT_MS;
    while (outcome.is === 'wait' && performance.now() < until && waiting.includes(mine)) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      outcome = await this.limiter.take(limits, outcome.place);
    }
    const index = waiting.indexOf(mine);
    if (index >= 0) waiting.splice(index, 1);
    if (waiting.length === 0) this.#waiting.delete(line);
    return outcome.is === 'taken' ? outcome.settle : undefined;
  }
}
