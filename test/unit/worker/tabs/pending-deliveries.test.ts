/** A push counts as delivered after a page has received it, and not before. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

const RELOAD_MS = 500;
const ALICE = 'http://server|app|alice';

let world: World;
let alice: FakeTab;

beforeEach(async () => {
  world = new World(1);
  alice = await world.loggedIn('alice');
});

const event = (event_id: number, event_type = 5) => ({ event_id, event_type, from_uid: 2, gid: 0, extra: 1 });
const missedEvents = (tab: FakeTab) =>
  tab.received('onSyncEvent').flatMap((events) => events.map((one) => one.event_id));

async function reload(tab: FakeTab, meanwhile: () => void): Promise<FakeTab> {
  tab.leave();
  await world.clock.advance(RELOAD_MS);
  meanwhile();
  await world.clock.advance(RELOAD_MS);
  return world.loggedIn('alice');
}

describe('a push without a page', () => {
  test('is handed to the next page as what it missed, with its count, and only then acknowledged', async () => {
    const next = await reload(alice, () => world.server.deliver('bob', 'alice', 'missed'));
    await world.clock.advance(1_000);
    expect(next.received('onMsgReceive')).toEqual([]);
    expect(next.received('onSyncConversation')).toMatchObject([
      [{ from_username: 'bob', unread_msg_count: 1 }],
    ]);
    expect(next.texts('bob')).toEqual(['missed']);
    expect(world.server.pendingOf('alice')).toBe(0);
    expect(world.network.connections).toHaveLength(1);
  });

  test.each([
    ['by a sync', 0],
    ['live', 1_000],
  ])(
    'is not acknowledged while there is none, and comes again at the next login (%s)',
    async (_how, afterMs) => {
      await world.clock.advance(afterMs);
      alice.leave();
      world.server.deliver('bob', 'alice', 'missed');
      await world.clock.advance(60_000);
      expect(world.server.pendingOf('alice')).toBe(1);
      const next = await world.loggedIn('alice');
      await world.clock.advance(1_000);
      expect(next.texts('bob')).toEqual(['missed']);
      expect(world.server.pendingOf('alice')).toBe(0);
    },
  );

  test('goes to the page that came next, though its worker dies before the sync that brings it', async () => {
    await world.clock.advance(1_000);
    alice.leave();
    world.server.deliver('bob', 'alice', 'missed');
    await world.clock.advance(1_000);
    expect((await world.storeOf(ALICE).recent(1)).size).toBe(1);
    world.worker.kill();
    // The next worker logs in, and dies before its sync.
    world.network.loses = ({ event }) => event === 'sync_check';
    const next = world.tab();
    await world.passing(next.init());
    await world.passing(next.login('alice'));
    world.worker.kill();
    world.network.loses = () => false;
    await next.connect();
    await world.clock.advance(10_000);
    expect(next.texts('bob')).toEqual(['missed']);
    expect(world.server.pendingOf('alice')).toBe(0);
  });

  test('is handed to one page only: the one after that has nothing to miss', async () => {
    const next = await reload(alice, () => world.server.deliver('bob', 'alice', 'missed'));
    await world.clock.advance(1_000);
    const third = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    expect(next.texts('bob')).toEqual(['missed']);
    expect(third.texts('bob')).toEqual([]);
  });

  test('is not handed over once it was taken back', async () => {
    const next = await reload(alice, () => {
      world.server.deliver('bob', 'alice', 'taken back');
      const [stored] = world.server.messages;
      world.server.push('alice', 'event_notification', {
        ...event(77, 55),
        from_username: 'bob',
        from_appkey: 'app',
        from_gid: 0,
        msg_ids: [stored?.wire.msg_id],
      });
    });
    await world.clock.advance(1_000);
    expect(next.texts('bob')).toEqual([]);
    expect(missedEvents(next)).toEqual([77]);
  });

  test('goes for events and receipts as well', async () => {
    const receipt = {
      type: 3,
      appkey: 'app',
      username: 'bob',
      receipt_msgs: [{ msg_id: 5, unread_count: 0 }],
    };
    const next = await reload(alice, () => {
      world.server.push('alice', 'event_notification', event(70));
      world.server.push('alice', 'receipt_change', receipt);
    });
    await world.clock.advance(1_000);
    expect(missedEvents(next)).toEqual([70]);
    expect(next.received('onEventNotification')).toEqual([]);
    expect(next.received('onSyncMsgReceipt')).toMatchObject([[receipt]]);
  });
});

test('a flood while no page is there ends the session, and the server keeps what it has not delivered', async () => {
  await world.clock.advance(1_000);
  alice.leave();
  for (let n = 0; n < 10_100; n += 1) world.server.deliver('bob', 'alice', `message ${n}`);
  await world.clock.advance(5_000);
  expect(world.server.isOnline('alice')).toBe(false);
  expect(world.server.pendingOf('alice')).toBe(10_100);
});

describe('events that no page was handed', () => {
  test('are asked for again by the next session: their keys do not rest on the disk', async () => {
    alice.leave();
    world.server.push('alice', 'sync_event', { sync_key: 70, events: [event(70)] });
    await world.clock.advance(60_000);
    expect(world.network.sent('sync_event_ack')).toEqual([]);
    const next = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    expect(world.network.sent('sync_check').at(-1)).toMatchObject({ sync_event_key: 0 });
    world.server.push('alice', 'sync_event', { sync_key: 70, events: [event(70)] });
    await world.clock.advance(1_000);
    expect(missedEvents(next)).toEqual([70]);
    expect(world.network.sent('sync_event_ack')).toMatchObject([{ sync_key: 70 }]);
  });
});

describe('a page that does not get to handle what it was posted', () => {
  test('leaves it to the page that replaces it', async () => {
    alice.hands = false;
    world.server.deliver('bob', 'alice', 'posted');
    await world.clock.advance(10);
    alice.crash();
    const next = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    expect(next.texts('bob')).toEqual(['posted']);
    expect(world.server.pendingOf('alice')).toBe(0);
  });

  test('leaves it to a page that is there already, and was not given it', async () => {
    alice.hands = false;
    world.server.deliver('bob', 'alice', 'posted');
    await world.clock.advance(10);
    const other = await world.loggedIn('alice');
    alice.crash();
    await world.clock.advance(1_000);
    expect(other.texts('bob')).toEqual(['posted']);
    expect(world.server.pendingOf('alice')).toBe(0);
  });

  test('and that is frozen leaves it to a page that comes after a while', async () => {
    alice.hands = false;
    world.server.deliver('bob', 'alice', 'posted');
    await world.clock.advance(5_000);
    const other = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    expect(other.texts('bob')).toEqual(['posted']);
  });

  test('keeps no acknowledgement from what another page was handed', async () => {
    const other = await world.loggedIn('alice');
    alice.hands = false;
    world.server.deliver('bob', 'alice', 'for both');
    await world.clock.advance(100);
    expect(other.texts('bob')).toEqual(['for both']);
    expect(world.server.pendingOf('alice')).toBe(0);
  });
});
