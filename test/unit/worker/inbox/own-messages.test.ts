/** Messages of the account itself, which a worker that outlives its tabs writes together. */
import { beforeEach, describe, expect, test } from 'vitest';
import { GATHER_MS } from '../../../../src/worker/tabs/post-schedule.js';
import { settle } from '../../fakes/clock.js';
import { apiMessage } from '../../fakes/messages.js';
import { InboxWorld } from './inbox-world.js';

let world: InboxWorld;

describe('own messages, in a worker that outlives its tabs', () => {
  const sent = (id: number) => world.inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');

  beforeEach(() => {
    world = new InboxWorld({ isShared: true });
  });

  test('are delivered at once, and those of one frame share a write', async () => {
    const writes = world.countWrites();
    for (const id of [1, 2, 3]) {
      sent(id);
      expect(world.done.at(-1)).toBe(`delivered ${id}`);
      await world.clock.advance(GATHER_MS / 4);
    }
    expect(writes()).toBe(0);
    await world.clock.advance(GATHER_MS / 4);
    expect(writes()).toBe(1);
    expect(world.done.slice(3)).toEqual(['stored 1', 'stored 2', 'stored 3']);
    expect(world.delivered.map(({ ids, exceptTab }) => [...ids, exceptTab])).toEqual([
      [1, 'tab-1'],
      [2, 'tab-1'],
      [3, 'tab-1'],
    ]);
  });

  test('never hold a push back, and keep their place before it', async () => {
    sent(1);
    await settle();
    world.live(2);
    await settle();
    expect(world.done).toEqual(['delivered 1', 'stored 1', 'stored 2', 'delivered 2', 'acknowledged 2']);
  });

  test('wait for pushes that are being written, and are not delivered before them', async () => {
    world.store.hold = true;
    world.live(1);
    await settle();
    const told = sent(2);
    await settle();
    expect(world.done).toEqual([]);
    await world.store.release();
    await told;
    expect(world.deliveredIds).toEqual([1, 2]);
  });

  test('wait for the end of a sync, and tell when the tabs have them', async () => {
    world.inbox.beginSync();
    let isTold = false;
    void sent(2)?.then(() => {
      isTold = true;
    });
    world.synced(9, 1);
    await settle();
    expect(isTold).toBe(false);
    world.inbox.endSync();
    await settle();
    expect(world.deliveredIds).toEqual([1, 2]);
    expect(isTold).toBe(true);
  });

  test('are persisted at once for a sync, for a tab that joins and for a page of history', async () => {
    for (const [id, event] of [
      [1, () => world.synced(9, 10)],
      [2, () => world.inbox.snapshot(() => undefined)],
      [3, () => void world.inbox.flush()],
    ] as const) {
      sent(id);
      await settle();
      expect(world.done).not.toContain(`stored ${id}`);
      event();
      await settle();
      expect(world.done).toContain(`stored ${id}`);
    }
  });

  test('that wait behind a slow write are persisted when flush resolves', async () => {
    world.store.hold = true;
    world.live(1);
    await settle();
    sent(2);
    const flushed = world.inbox.flush();
    await world.store.release();
    await flushed;
    expect(world.done).toContain('stored 2');
  });
});
