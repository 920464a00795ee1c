/** Limited tries at secrets, by name: on this node, and over all nodes if there are several. */
import { createHash } from 'node:crypto';
import type { Engine } from '../engine/engine.js';
import { TokenBucket, TokenBuckets } from '../util/token-bucket.js';

const SECONDS_PER_MINUTE = 60;
const MS_PER_MINUTE = 60_000;

export type Counter = Pick<Engine, 'take' | 'giveBack'>;

/** A try of those that are left: here, and under its name over all nodes. */
export interface OneTry {
  bucket: TokenBucket;
  name: string;
  most: number;
}

/** So many a minute for each name. */
export class Tries {
  readonly #buckets: TokenBuckets;

  constructor(
    private readonly kind: string,
    private readonly most: number,
    now: () => number,
  ) {
    this.#buckets = new TokenBuckets(() => new TokenBucket(most, most / SECONDS_PER_MINUTE, now));
  }

  of(key: string): OneTry {
    // The name is seen in Redis, and a device's is half of a secret.
    const name = createHash('sha256').update(`${this.kind} ${key}`).digest('base64url');
    return { bucket: this.#buckets.of(key), name, most: this.most };
  }

  sweep(): void {
    this.#buckets.sweep();
  }
}

/** Of all or of none. */
export function takeAll(tries: readonly OneTry[]): OneTry[] | undefined {
  const taken: OneTry[] = [];
  for (const one of tries) {
    if (!one.bucket.take()) {
      for (const { bucket } of taken) bucket.credit(1);
      return undefined;
    }
    taken.push(one);
  }
  return taken;
}

/** The same tries over all nodes, of all or of none: then those of this node are given back. */
export async function takeEverywhere(everywhere: Counter, tries: readonly OneTry[]): Promise<boolean> {
  const taken: OneTry[] = [];
  for (const one of tries) {
    if (!(await everywhere.take(one.name, one.most, MS_PER_MINUTE))) {
      for (const { name } of taken) everywhere.giveBack(name);
      for (const { bucket } of tries) bucket.credit(1);
      return false;
    }
    taken.push(one);
  }
  return true;
}
