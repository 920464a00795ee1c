/** The account lock: one owner at a time, and the worker that asks last gets the account. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AccountLock, type HeldAccount } from '../../../../src/worker/runtime/account-lock.js';
import { settle } from '../../fakes/clock.js';
import { FakeWorker, World } from '../../fakes/world.js';

const ANSWER_MS = 2_000;
const REQUEST_MS = 50;

let world: World;
beforeEach(() => {
  world = new World();
});

const open = () => new AbortController().signal;
const start = (name: string): FakeWorker => {
  const worker = new FakeWorker(world, name);
  world.workers.push(worker);
  return worker;
};
const acquire = ({ platform }: FakeWorker, signal = open()) =>
  new AccountLock(platform).acquire('alice', signal);

test('one worker has the account at a time', async () => {
  const held = await acquire(start('first'));
  let second: HeldAccount | null | undefined;
  void acquire(start('second')).then((got) => {
    second = got;
  });
  await settle();
  expect(second).toBeUndefined();
  held?.release();
  await settle();
  expect(second).toHaveProperty('release');
});

test('a worker does not wait longer than the signal allows', async () => {
  await acquire(start('first'));
  const patience = new AbortController();
  const second = acquire(start('second'), patience.signal);
  patience.abort();
  expect(await second).toBeNull();
  expect(world.locks.awaited).toEqual([]);
});

test('the owner is asked for its account, and a waiting worker does not ask itself', async () => {
  const asked: string[] = [];
  const worker = start('first');
  const lock = new AccountLock(worker.platform);
  (await lock.acquire('alice', open()))?.onAsked(() => asked.push('alice'));
  worker.hear({ kind: 'stand-down', account: 'alice', version: '99.0.0' });
  worker.hear({ kind: 'something else' });
  worker.hear(null);
  await settle();
  (await lock.acquire('bob', open()))?.onAsked(() => asked.push('bob'));
  await settle();
  expect(asked).toEqual(['alice']);
});

test('a worker that is asked while it opens the session learns of it afterwards', async () => {
  const first = await acquire(start('first'));
  const second = acquire(start('second'));
  await world.clock.advance(ANSWER_MS * 2);
  first?.onAsked(() => first.release());
  expect(await second).toHaveProperty('release');
});

test('of several that wait, the last one gets the account from the others, and none by force', async () => {
  const asked: string[] = [];
  const yields = (name: string) => (held: HeldAccount | null) => {
    held?.onAsked(() => {
      asked.push(name);
      // The owner closes its socket first.
      world.clock.after(ANSWER_MS - 1, held.release);
    });
    return held;
  };
  yields('first')(await acquire(start('first')));
  const second = acquire(start('second')).then(yields('second'));
  const third = acquire(start('third'));
  await world.clock.advance(ANSWER_MS * 2 + 1);
  expect(await second).toHaveProperty('release');
  expect(await third).toHaveProperty('release');
  expect(new Set(asked)).toEqual(new Set(['first', 'second']));
  expect(world.locks.held.filter((name) => name.endsWith('alice'))).toHaveLength(1);
});

test('of two that wait for a frozen owner one takes the account, and the other asks that one for it', async () => {
  const first = start('first');
  await acquire(first);
  first.deafen();
  // Neither learns in time that the other has taken it.
  world.broadcastLatencyMs = REQUEST_MS;
  const owners: string[] = [];
  const asked = new Set<string>();
  for (const name of ['second', 'third']) {
    void acquire(start(name)).then((held) => {
      owners.push(name);
      held?.onAsked(() => {
        if (asked.has(name)) return;
        asked.add(name);
        // The owner closes its socket first.
        world.clock.after(ANSWER_MS * 2, () => {
          owners.splice(owners.indexOf(name), 1);
          held.release();
        });
      });
    });
  }
  await world.clock.advance(ANSWER_MS * 2);
  expect(owners).toHaveLength(1);
  expect([...asked]).toEqual(owners);
  await world.clock.advance(ANSWER_MS * 2);
  expect(owners).toHaveLength(1);
  expect([...asked]).not.toContain(owners[0]);
  expect(world.locks.awaited).toEqual([]);
});

describe('of two workers', () => {
  let first: FakeWorker;
  let second: FakeWorker;
  let held: HeldAccount | null;
  const asked: string[] = [];
  beforeEach(async () => {
    asked.length = 0;
    first = start('first');
    second = start('second');
    held = await acquire(first);
    held?.onAsked(() => asked.push('first'));
  });

  test('the account is taken from one that is frozen, which ends when it wakes up', async () => {
    first.deafen();
    const taken = acquire(second);
    await world.clock.advance(ANSWER_MS);
    expect(await taken).toHaveProperty('release');
    expect((await taken)?.isLost()).toBe(false);
    expect(held?.isLost()).toBe(true);
    await world.clock.advance(REQUEST_MS);
    expect(asked).toEqual(['first']);
    await world.clock.advance(ANSWER_MS);
    expect(second.timers).toBe(0);
  });

  test('one that was frozen itself while it waited asks again, and takes nothing by force', async () => {
    world.broadcastLatencyMs = REQUEST_MS;
    let got: HeldAccount | null | undefined;
    void acquire(second).then((taken) => {
      got = taken;
    });
    await settle();
    world.clock.sleep(ANSWER_MS * 10);
    await world.clock.advance(ANSWER_MS * 2);
    expect(got).toBeUndefined();
    expect(held?.isLost()).toBe(false);
    held?.release();
    await settle();
    expect(got).toHaveProperty('release');
  });

  test('the account is not taken from one that answers, however long it takes to end', async () => {
    let got: unknown;
    void acquire(second).then((held) => {
      got = held;
    });
    await world.clock.advance(ANSWER_MS * 2);
    expect(got).toBeUndefined();
    expect(asked).toEqual(['first']);
  });
});

test('an account is free at once without locks, and its owner is asked for it', async () => {
  const asked: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    const { platform } = start(name);
    const held = await new AccountLock({ ...platform, locks: null }).acquire('alice', open());
    held?.onAsked(() => {
      asked.push(name);
      held.release();
    });
    await settle();
  }
  expect(asked).toEqual(['first', 'second']);
});
