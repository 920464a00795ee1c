/** Sockets on the way to an account, and who may have it. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  PendingConnections,
  REACH_TIMEOUT_MS,
} from '../../../../src/worker/connection/pending-connections.js';
import { Mutex } from '../../../../src/worker/util/mutex.js';
import { settle } from '../../fakes/clock.js';
import { BAD_SIGNATURE } from '../../fakes/server.js';
import { World } from '../../fakes/world.js';

const LINGER_MS = 10_000;
const target = { address: 'http://server', engine: 4 as const, appkey: 'app' };

let world: World;
let pending: PendingConnections;
beforeEach(() => {
  world = new World();
  pending = new PendingConnections(world.worker.platform);
});

const initialise = () => world.passing(pending.initialise(target, world.auth()));

describe('an opening', () => {
  test('is made once and found again', async () => {
    const first = await initialise();
    const second = await initialise();
    expect(first).toMatchObject({ kind: 'initialised' });
    expect(second).toEqual(first);
    expect(world.network.connections).toHaveLength(1);
  });

  test('belongs to the one who takes it', async () => {
    await initialise();
    expect(pending.take(target)).toBeDefined();
    expect(pending.take(target)).toBeUndefined();
    await initialise();
    expect(world.network.connections).toHaveLength(2);
  });

  test("that was given back is the next one's; of two only one is kept", async () => {
    await initialise();
    const connection = pending.take(target);
    if (!connection) throw new Error('nothing to take');
    pending.giveBack(target, connection);
    expect(await initialise()).toMatchObject({ connection });
    pending.giveBack(target, connection);
    await world.clock.advance(1_000);
    expect(world.network.connections).toHaveLength(1);
  });

  test('that the server has closed is made anew', async () => {
    await initialise();
    world.network.cutAll();
    expect(pending.take(target)).toBeUndefined();
    await initialise();
    expect(world.network.open).toHaveLength(1);
  });

  test('that is refused leaves no socket', async () => {
    const initialised = await world.passing(
      pending.initialise(target, world.auth({ signature: BAD_SIGNATURE })),
    );
    expect(initialised).toMatchObject({ kind: 'refused', error: { code: 880102 } });
    await world.clock.advance(1_000);
    expect(world.network.open).toHaveLength(0);
  });

  test.each(['refuses', 'silent'] as const)(
    'to a server that %s is given up in time, and leaves nothing',
    async (mode) => {
      world.network.mode = mode;
      const before = world.clock.now();
      expect(await initialise()).toEqual({ kind: 'unreachable' });
      expect(world.clock.now() - before).toBeLessThanOrEqual(REACH_TIMEOUT_MS + 1_000);
      expect(world.network.open).toHaveLength(0);
      expect(world.worker.timers).toBe(0);
    },
  );

  test('to a server that takes the connection and then says nothing is given up in time', async () => {
    world.network.loses = () => true;
    expect(await initialise()).toEqual({ kind: 'unreachable' });
    expect(world.network.open).toHaveLength(0);
    expect(world.worker.timers).toBe(0);
  });

  test('that nobody wants is closed after a while; one that is wanted again is not', async () => {
    await initialise();
    pending.closeUnless(() => false);
    await world.clock.advance(LINGER_MS - 1);
    await initialise();
    await world.clock.advance(LINGER_MS);
    expect(world.network.open).toHaveLength(1);
    pending.closeUnless(() => false);
    await world.clock.advance(LINGER_MS);
    expect(world.network.open).toHaveLength(0);
    expect(world.worker.timers).toBe(0);
  });
});

describe('turns', () => {
  test('are taken one at a time for each key, in the order of asking, whatever fails', async () => {
    const mutex = new Mutex();
    const done: string[] = [];
    const work = (what: string) => async () => {
      done.push(`${what} begins`);
      await settle();
      done.push(`${what} ends`);
      if (what === 'one') throw new Error(what);
      return what;
    };
    const one = mutex.run('a', work('one')).catch(() => 'failed');
    const two = mutex.run('a', work('two'));
    const other = mutex.run('b', work('other'));
    expect(await Promise.all([one, two, other])).toEqual(['failed', 'two', 'other']);
    expect(done.filter((what) => !what.startsWith('other'))).toEqual([
      'one begins',
      'one ends',
      'two begins',
      'two ends',
    ]);
    expect(done.indexOf('other begins')).toBeLessThan(done.indexOf('one ends'));
  });
});
