/** Pushes are persisted, then delivered, then acknowledged; each once, in order. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { SyncedConversation } from '../../../../src/protocol/index.js';
import { settle } from '../../fakes/clock.js';
import { apiMessage, wireMessage } from '../../fakes/messages.js';
import { InboxWorld } from './inbox-world.js';

let world: InboxWorld;
beforeEach(() => {
  world = new InboxWorld();
});

describe('a message', () => {
  test('is persisted, then delivered, then acknowledged', async () => {
    world.live(1);
    await world.inbox.idle();
    expect(world.done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1']);
  });

  test('is neither acknowledged nor delivered while it is not persisted', async () => {
    world.store.hold = true;
    world.live(1);
    await settle();
    expect(world.done).toEqual([]);
    await world.store.release();
    expect(world.done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1']);
  });

  test('that is repeated is delivered once and acknowledged again', async () => {
    world.live(1);
    await world.inbox.idle();
    world.live(1);
    await world.inbox.idle();
    expect(world.done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1', 'acknowledged 1']);
  });

  test('that is repeated within one burst is delivered once', async () => {
    world.live(1, 1, 2);
    world.live(2);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 2]);
  });

  test('of a sync is persisted before the server may push more of them, to a server that waits for that', async () => {
    world = new InboxWorld({ hasWindow: true });
    world.synced(9, 1);
    await world.store.release();
    await world.inbox.idle();
    expect(world.done.indexOf('taken 9')).toBeGreaterThan(world.done.indexOf('stored 1'));
  });

  test('that was live is not delivered again by a sync, whose key is acknowledged all the same', async () => {
    world.live(1);
    world.synced(9, 1);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1]);
    expect(world.done).toContain('acknowledged sync 9');
  });

  test('of this account is delivered to all tabs except the sending one', async () => {
    world.inbox.sent(apiMessage(5, { from: 'alice', to: 'bob' }), 'tab-1');
    await world.inbox.idle();
    expect(world.delivered).toEqual([{ ids: [5], exceptTab: 'tab-1' }]);
    world.live(5);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([5]);
  });
});

describe('order', () => {
  test('is the order of arrival, of live messages and syncs alike, however slow the store', async () => {
    world.store.hold = true;
    world.live(1);
    await settle();
    world.live(2);
    world.synced(9, 3, 4);
    world.live(5);
    world.live(6);
    world.inbox.sent(apiMessage(7, { from: 'alice', to: 'bob' }), 'tab-1');
    world.live(8);
    await world.store.release();
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of what was sent while the history was on its way is that of the conversation', async () => {
    world.inbox.beginSync();
    for (const id of [2, 5, 7]) world.inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');
    world.inbox.sent(apiMessage(4, { from: 'alice', to: 'carol' }), 'tab-1');
    await world.inbox.idle();
    expect(world.delivered).toEqual([]);
    world.synced(6, 1, 3, 6);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 2, 3, 5, 6]);
    world.inbox.endSync();
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 2, 3, 5, 6, 7, 4]);
  });

  test('of what was sent within a history holds, though the sync ends before a slow store takes the history', async () => {
    world.inbox.beginSync();
    world.inbox.sent(apiMessage(2, { from: 'alice', to: 'bob' }), 'tab-1');
    world.store.hold = true;
    world.inbox.live({ messages: [wireMessage(9, { from: 'carol' })] });
    await settle();
    world.synced(3, 1, 3);
    world.inbox.endSync();
    await world.store.release();
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([9, 1, 2, 3]);
  });

  test('of what was sent before a server went live is before what is live', async () => {
    world.inbox.beginSync();
    world.inbox.sent(apiMessage(2, { from: 'alice', to: 'bob' }), 'tab-1');
    world.live(3);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([2, 3]);
  });

  test('of live messages that waited for a sync on the server is before what was sent meanwhile', async () => {
    world.inbox.beginSync();
    for (const id of [3, 6]) world.inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');
    world.live(2);
    world.live(4, 5);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([2, 3, 4, 5]);
    world.inbox.endSync();
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([2, 3, 4, 5, 6]);
  });

  test('of what was sent leaves out what an earlier worker delivered, and died before it removed the send', async () => {
    const own = apiMessage(2, { from: 'alice', to: 'bob' });
    world.inbox.sent(own, 'tab-1');
    await world.inbox.idle();
    world.reopen(own.ctime_ms);
    world.delivered.length = 0;
    world.inbox.beginSync();
    world.inbox.sent(own, 'tab-1');
    world.synced(6, 6);
    await world.inbox.idle();
    world.inbox.endSync();
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([6]);
  });

  test('of a burst costs few writes', async () => {
    const writes = world.countWrites();
    for (let id = 1; id <= 1_000; id += 1) world.live(id);
    await world.inbox.idle();
    expect(world.deliveredIds).toHaveLength(1_000);
    expect(writes()).toBeLessThanOrEqual(2);
  });
});

describe('a tab that joins', () => {
  const snapshot = () =>
    new Promise<SyncedConversation[]>((resolve) => {
      world.inbox.snapshot(resolve);
    });

  test('is given what is stored of each conversation, oldest first', async () => {
    world.live(2, 1);
    world.inbox.live({ messages: [wireMessage(3, { from: 'carol' }), wireMessage(4, { gid: 70 })] });
    const conversations = await snapshot();
    const byPeer = new Map(conversations.map((one) => [one.from_username ?? one.from_gid, one]));
    expect(byPeer.get('bob')?.msgs.map(({ msg_id }) => msg_id)).toEqual([1, 2]);
    expect(byPeer.get('carol')?.msgs.map(({ msg_id }) => msg_id)).toEqual([3]);
    expect(byPeer.get(70)).toMatchObject({ msg_type: 4, key: 70 });
  });

  test("finds one's own and the other's messages in one conversation", async () => {
    world.live(1);
    world.inbox.sent(apiMessage(2, { from: 'alice', to: 'bob' }), 'tab-1');
    const conversations = await snapshot();
    expect(conversations).toHaveLength(1);
    expect(conversations[0]).toMatchObject({ from_username: 'bob', msgs: [{ msg_id: 1 }, { msg_id: 2 }] });
  });

  test('is a snapshot in its turn: it has the earlier messages and not the later ones', async () => {
    world.store.hold = true;
    world.live(1);
    const given = snapshot();
    world.live(2);
    await world.store.release();
    expect((await given).flatMap(({ msgs }) => msgs.map(({ msg_id }) => msg_id))).toEqual([1]);
  });
});

describe('after a worker has died', () => {
  test('its successor delivers the stored messages, since their delivery is unknown', async () => {
    world.live(1);
    await world.inbox.idle();
    world.delivered.length = 0;
    world.reopen();
    world.synced(9, 1, 2);
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 2]);
    expect(world.done).toContain('acknowledged sync 9');
  });
});

describe('faults', () => {
  test('an invalid message is dropped, and the messages beside it are not', async () => {
    world.inbox.live({
      messages: [null, 'junk', { msg_id: 'x' }, wireMessage(1), { ...wireMessage(2), content: null }],
    });
    world.inbox.live(undefined);
    world.inbox.synced({ sync_key: -1 });
    world.inbox.synced({
      sync_key: 3,
      messages: [{ msg_type: 3, key: 2, msgs: [wireMessage(3), 7] }, 'junk'],
    });
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([1, 3]);
  });

  test('a push of a hundred thousand messages is taken', async () => {
    const messages = Array.from({ length: 100_000 }, () => wireMessage(1));
    world.live(9);
    world.inbox.live({ messages });
    await world.inbox.idle();
    expect(world.deliveredIds).toEqual([9, 1]);
  });
});

test('messages carry what the API documents', async () => {
  world.inbox.live({ messages: [{ ...wireMessage(1), msg_level: 1 }] });
  await world.inbox.idle();
  expect(world.messages).toMatchObject([
    { msg_id: 1, msg_level: 'across', key: 2, from_username: 'bob', from_appkey: 'app', need_receipt: false },
  ]);
});
