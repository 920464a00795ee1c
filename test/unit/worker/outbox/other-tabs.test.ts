/** A sent message reaches the account's other tabs once, though its worker dies after the server's answer. */
import { beforeEach, describe, expect, test } from 'vitest';
import { loggedInAlice, post } from '../../fakes/sends.js';
import type { FakeTab } from '../../fakes/tab.js';
import type { World } from '../../fakes/world.js';

const ALICE = 'http://server|app|alice';

describe.each(['shared', 'leader'] as const)('in the host "%s"', (host) => {
  let world: World;
  let alice: FakeTab;
  let other: FakeTab;
  beforeEach(async () => {
    ({ world, alice } = await loggedInAlice(host));
    other = await world.loggedIn('alice');
    await world.clock.advance(5_000);
  });

  const inOutbox = async () => (await world.storeOf(ALICE).outbox()).length;

  /** The connection is new, and its sync does not end. */
  async function syncForEver(): Promise<void> {
    world.network.loses = ({ way, event }) => way === 'down' && event === 'get_conversations';
    world.network.cutAll();
    for (const tab of world.tabs) tab.wake();
    await world.clock.advance(3_000);
  }

  async function nextWorker(): Promise<void> {
    world.worker.kill();
    world.network.loses = () => false;
    void alice.connect();
    void other.connect();
    await world.clock.advance(60_000);
  }

  test('in the turn of the answer, before any write', async () => {
    world.storeLatencyMs = 3_000;
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    expect(sent.outcome?.kind).toBe('success');
    expect(other.texts()).toEqual(['hello']);
  });

  test('from the next worker, if its worker dies during a sync', async () => {
    await syncForEver();
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    expect(sent.outcome?.kind).toBe('success');
    expect(other.texts()).toEqual([]);
    await nextWorker();
    expect(other.texts()).toEqual(['hello']);
    expect(alice.texts()).toEqual([]);
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
    expect(await inOutbox()).toBe(0);
  });

  test('if it dies before that answer is on the disk: the sender has no answer yet, and submits again', async () => {
    await syncForEver();
    world.storeLatencyMs = 3_000;
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
    expect(sent.outcome).toBeUndefined();
    world.storeLatencyMs = 0;
    await nextWorker();
    expect(sent.outcome?.kind).toBe('success');
    expect(other.texts()).toEqual(['hello']);
    expect(alice.texts()).toEqual([]);
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
  });

  test('or never, if the session ends before that: the sender still learns of its success', async () => {
    await syncForEver();
    world.storeLatencyMs = 3_000;
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    world.storeLatencyMs = 0;
    await world.passing(other.call('loginOut'));
    await world.clock.advance(5_000);
    expect(sent.outcome?.kind).toBe('success');
    expect(await inOutbox()).toBe(0);
  });

  test('without a second request for it', async () => {
    await syncForEver();
    post(alice, 'hello');
    await world.clock.advance(100);
    const frames = world.network.sent('s_across_single_text').length;
    await nextWorker();
    expect(other.texts()).toEqual(['hello']);
    expect(world.network.sent('s_across_single_text').length).toBe(frames);
  });

  test('though its page has gone with the worker', async () => {
    await syncForEver();
    post(alice, 'hello');
    await world.clock.advance(100);
    alice.crash();
    world.worker.kill();
    world.network.loses = () => false;
    void other.connect();
    await world.clock.advance(60_000);
    expect(other.texts()).toEqual(['hello']);
  });

  test('and never again after a log-out', async () => {
    await syncForEver();
    post(alice, 'hello');
    await world.clock.advance(100);
    await world.passing(other.call('loginOut'));
    expect(await inOutbox()).toBe(0);
  });
});
