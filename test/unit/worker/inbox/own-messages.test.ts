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

  test('of one frame share a write, and are delivered after it', async () => {
    const writes = world.countWrites();
    for (const id of [1, 2, 3]) {
      sent(id);
      await world.clock.advance(GATHER_MS / 4);
    }
    expect(world.done).toEqual([]);
    await world.clock.advance(GATHER_MS / 4);
    expect(writes()).toBe(1);
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
    expect(world.done).toEqual(['stored 1', 'stored 2', 'delivered 1', 'delivered 2', 'acknowledged 2']);
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
