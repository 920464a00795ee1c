/**
 * Password digests at rest: salted scrypt, its cost written beside it so that it can be raised later. A hash takes a core for some hundredths of a
 * second, so they are made in turns, see `FairQueue`.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { FairQueue, type QueueLimits } from '../util/fair-queue.js';

const BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

function derive(password: string, salt: Buffer, cost: number, blockSize: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // It takes half of that.
    const maxmem = 256 * cost * blockSize;
    scrypt(password, salt, HASH_BYTES, { N: cost, r: blockSize, maxmem }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    );
  });
}

/**
 * @param digest the MD5 hex that the wire carries, in either case
 * @param power of two: how much work a hash is
 */
export async function hashPassword(digest: string, power: number): Promise<string> {
  const cost = 2 ** power;
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(digest.toLowerCase(), salt, cost, BLOCK_SIZE);
  return ['scrypt', cost, BLOCK_SIZE, salt.toString('base64'), hash.toString('base64')].join('$');
}

export async function verifyPassword(digest: string, stored: string): Promise<boolean> {
  const [scheme, cost, blockSize, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(
    digest.toLowerCase(),
    Buffer.from(salt, 'base64'),
    Number(cost),
    Number(blockSize),
  );
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Whose hash it is: a lane of its own for each. */
interface HashTurn {
  lane: string;
  /** Of somebody who has been here before. */
  isKnown: boolean;
}

export class Passwords {
  readonly #queue: FairQueue;

  constructor(
    limits: QueueLimits,
    private readonly power: number,
  ) {
    this.#queue = new FairQueue(limits);
  }

  /** @throws QueueFull */
  hash(digest: string, { lane, isKnown }: HashTurn): Promise<string> {
    return this.#queue.run(lane, isKnown, () => hashPassword(digest, this.power));
  }

  /** @throws QueueFull */
  verify(digest: string, stored: string, { lane, isKnown }: HashTurn): Promise<boolean> {
    return this.#queue.run(lane, isKnown, () => verifyPassword(digest, stored));
  }
}
