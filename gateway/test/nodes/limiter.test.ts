/** Limited tries: the same rules in memory and in Redis. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../../scripts/lib/redis.mjs';
import { until } from '../../../test/kit/until.js';
import { RedisLimiter } from '../../src/engine/redis-limiter.js';
import { RedisUploads } from '../../src/engine/redis-uploads.js';
import { LocalUploads, type UploadsUnderWay } from '../../src/store/media-quota.js';
import { type Limit, type Limiter, LocalLimiter } from '../../src/util/limiter.js';

const LONG_MS = 3_600_000;
let redis: Redis;
let stop = (): void => {};

beforeAll(async () => {
  const server = await startRedis();
  if (typeof server === 'string') throw new Error(server);
  redis = new Redis(server.url);
  stop = () => {
    redis.disconnect();
    server.stop();
  };
});
afterAll(() => stop());

const failing = (): never => {
  throw new Error('Redis does not answer');
};
const onLost = (): void => failing();
const local = { take: failing, begin: failing };

const KINDS: [string, () => Limiter, () => UploadsUnderWay][] = [
  ['in memory', () => new LocalLimiter(Date.now), () => new LocalUploads()],
  [
    'in Redis',
    () => new RedisLimiter(redis, `${randomUUID()}:`, local, onLost),
    () => new RedisUploads(redis, `${randomUUID()}:`, local, onLost),
  ],
];

const limit = (name: string, most: number, more: Partial<Limit> = {}): Limit => ({
  name,
  most,
  perMs: LONG_MS,
  ...more,
});

async function taken(limiter: Limiter, ...limits: Limit[]) {
  const outcome = await limiter.take(limits);
  if (outcome.is !== 'taken') throw new Error(`there is none: ${outcome.is}`);
  return outcome;
}

const waiting = async (limiter: Limiter, ...limits: Limit[]): Promise<number> => {
  const outcome = await limiter.take(limits);
  if (outcome.is !== 'wait') throw new Error(`it does not wait: ${outcome.is}`);
  return outcome.place;
};

describe.each(KINDS)('tries %s', (_, make, makeUploads) => {
  it('are so many, and a right one gives itself back', async () => {
    const limiter = make();
    const two = limit('a', 2);
    const first = await taken(limiter, two);
    const second = await taken(limiter, two);
    first.settle(true);
    second.settle(false);
    await until('the one that was given back', async () => (await limiter.take([two])).is === 'taken');
    expect(await limiter.take([limit('b', 1)])).toMatchObject({ is: 'taken' });
  });

  it('are waited for while a result is due, and not after the last one', async () => {
    const limiter = make();
    const one = limit('a', 1);
    const first = await taken(limiter, one);
    expect(await limiter.take([one])).toMatchObject({ is: 'wait' });
    first.settle(false);
    await until('the refusal', async () => (await limiter.take([one])).is === 'none');
  });

  it('are waited for without a result by who is patient, since some come back with time', async () => {
    const limiter = make();
    const patient = limit('a', 10, { perMs: 1_000, isPatient: true });
    for (let count = 0; count < 10; count += 1) (await taken(limiter, patient)).settle(false);
    const place = await waiting(limiter, patient);
    await until('one to come back', async () => (await limiter.take([patient], place)).is === 'taken');
  });

  it('go to the latest that waits, and to others only what is left beyond it', async () => {
    const limiter = make();
    const two = limit('a', 2);
    const [first, second] = [await taken(limiter, two), await taken(limiter, two)];
    const early = await waiting(limiter, two);
    const late = await waiting(limiter, two);
    first.settle(true);
    await until('the late one', async () => {
      expect(await limiter.take([two], early)).toMatchObject({ is: 'wait' });
      return (await limiter.take([two], late)).is === 'taken';
    });
    second.settle(true);
    await until('the early one', async () => (await limiter.take([two], early)).is === 'taken');
  });

  it('are of all limits or of none', async () => {
    const limiter = make();
    const [scarce, plenty] = [limit('a', 1), limit('b', 2)];
    (await taken(limiter, scarce, plenty)).settle(false);
    await until('the result', async () => (await limiter.take([scarce, plenty])).is === 'none');
    await taken(limiter, plenty);
    expect(await limiter.take([plenty])).not.toMatchObject({ is: 'taken' });
  });

  it('of uploads are so many at once, of one account and of all, and count their bytes', async () => {
    const uploads = makeUploads();
    const limits = { ofAccount: 2, ofAll: 3, longestMs: LONG_MS };
    const first = await uploads.begin(1, 10, limits);
    expect(await uploads.begin(1, 20, limits)).toMatchObject({ own: 30, all: 30 });
    expect(await uploads.begin(1, 1, limits)).toBeUndefined();
    expect(await uploads.begin(2, 5, limits)).toMatchObject({ own: 5, all: 35 });
    expect(await uploads.begin(3, 1, limits)).toBeUndefined();
    first?.end();
    await until('the room', async () => (await uploads.begin(3, 7, limits)) !== undefined);
  });
});
