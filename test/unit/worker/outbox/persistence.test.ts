/** When a send is written to the disk, and how many finished ones stay there: neither loses or repeats a message. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CODES, failure } from '../../../../src/protocol/index.js';
import { succeeded } from '../../../../src/worker/methods/outcome.js';
import { Outbox } from '../../../../src/worker/outbox/outbox.js';
import { MemoryStore } from '../../../../src/worker/store/memory-store.js';
import type { OutboxRecord } from '../../../../src/worker/store/store.js';
import { FakeClock } from '../../fakes/clock.js';
import { codeOf, loggedInAlice, outboxOf, post } from '../../fakes/sends.js';
import type { FakeTab } from '../../fakes/tab.js';
import type { World } from '../../fakes/world.js';

const DAY_MS = 24 * 3_600_000;
const ALICE = 'http://server|app|alice';

let world: World;
let alice: FakeTab;
beforeEach(async () => {
  ({ world, alice } = await loggedInAlice());
});

const stored = () => world.server.texts('alice', 'bob');

test('of what was delivered the latest 200 are kept, and whatever failed or waits stays beside them', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const box = new Outbox(store, clock, true, []);
  const put = (callId: string, state: OutboxRecord['state']) =>
    box.put({
      id: box.nextId(),
      callId,
      tabId: 'tab',
      method: 'sendSingleMsg',
      params: {},
      madeAt: clock.now(),
      expiresAt: clock.now() + DAY_MS,
      uploadUrl: '',
      attempt: 0,
      state,
    });
  await put('failed', { is: 'failed', error: failure(CODES.timeout) });
  await put('waiting', { is: 'queued' });
  for (let i = 0; i < 210; i += 1) await put(`sent ${i}`, { is: 'sent', outcome: succeeded({}) });
  await box.close();
  for (const one of [box, new Outbox(store, clock, true, await store.outbox())]) {
    const ids = one.all().map(({ callId }) => callId);
    expect(ids.slice(0, 3)).toEqual(['failed', 'waiting', 'sent 10']);
    expect(ids).toHaveLength(202);
  }
  await clock.advance(9 * DAY_MS);
  expect(new Outbox(store, clock, true, await store.outbox()).all().map(({ callId }) => callId)).toEqual([
    'waiting',
  ]);
});

describe('a send that finds a connection', () => {
  const SLOW_DISK_MS = 3_000;

  test('goes out and is answered before it is written', async () => {
    world.storeLatencyMs = SLOW_DISK_MS;
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    expect(sent.outcome?.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });

  test('costs the disk nothing if its answer is there within 100 ms', async () => {
    await world.clock.advance(10_000);
    const written = vi.spyOn(world.storeOf(ALICE), 'putOutbox');
    const forgotten = vi.spyOn(world.storeOf(ALICE), 'forgetOutbox');
    await world.passing(post(alice, 'hello').done);
    await world.clock.advance(10_000);
    expect(forgotten).not.toHaveBeenCalled();
    expect(written).not.toHaveBeenCalled();
  });

  test.each([
    ['100 ms without an answer', () => world.clock.advance(101)],
    ['its tab has gone', () => alice.leave()],
    ['its connection is lost', () => world.network.goDown()],
  ])('is on the disk after %s', async (_reason, happen) => {
    world.network.loses = ({ way, event }) => way === 'down' && event === 's_single_text';
    post(alice, 'hello');
    await world.clock.advance(50);
    const outbox = async () => (await world.storeOf(ALICE).outbox()).map(({ state }) => state.is);
    expect(await outbox()).toEqual([]);
    await happen();
    await world.clock.advance(1);
    expect(await outbox()).toEqual(['sending']);
  });

  test.each(['leader', 'page'] as const)(
    'is written at once in the host "%s", whose worker ends with a page',
    async (host) => {
      ({ world, alice } = await loggedInAlice(host));
      world.network.loses = ({ event }) => event.endsWith('single_text');
      post(alice, 'hello');
      await world.clock.advance(99);
      world.worker.kill();
      world.network.loses = () => false;
      await world.loggedIn('alice');
      await world.clock.advance(10_000);
      expect(stored()).toEqual(['hello']);
    },
  );

  test('is never reported as on its way after it was reported as sent', async () => {
    const watching = world.tab({ watchesOutbox: true });
    await world.passing(watching.init());
    await world.passing(watching.login('alice'));
    world.storeLatencyMs = SLOW_DISK_MS;
    post(alice, 'hello');
    await world.clock.advance(10_000);
    expect(watching.received('onOutboxChange').map(({ state }) => state)).toEqual(['sending', 'sent']);
    expect(watching.texts()).toEqual(['hello']);
  });

  test.each([1, 3, 6, 10, 15, 30, SLOW_DISK_MS + 100])(
    'is stored once though its worker dies %i ms later, with and without its answer',
    async (afterMs) => {
      world.storeLatencyMs = SLOW_DISK_MS;
      world.network.loses = ({ way, event }) => way === 'down' && event === 's_single_text';
      const texts = ['one', 'two', 'three'];
      const sends = texts.map((text) => post(alice, text));
      await world.clock.advance(afterMs);
      world.worker.kill();
      world.network.loses = () => false;
      void alice.connect();
      await world.clock.advance(60_000);
      expect(sends.map(({ outcome }) => outcome?.kind)).toEqual(['success', 'success', 'success']);
      expect(stored()).toEqual(texts);
    },
  );

  test('cannot be cancelled in the next worker, which does not know how far the last one was', async () => {
    world.storeLatencyMs = SLOW_DISK_MS;
    world.network.loses = ({ way, event }) => way === 'down' && event === 's_single_text';
    const sent = post(alice, 'hello');
    await world.clock.advance(50);
    expect(stored()).toEqual(['hello']);
    world.worker.kill();
    world.network.goDown();
    world.network.loses = () => false;
    void alice.connect();
    await world.clock.advance(10_000);
    const [entry] = await outboxOf(world, alice);
    expect(codeOf(await world.passing(alice.call('cancelSend', { id: entry?.id })))).toBe(CODES.onItsWay);
    world.network.mode = 'up';
    await world.clock.advance(60_000);
    expect(sent.outcome?.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });
});
