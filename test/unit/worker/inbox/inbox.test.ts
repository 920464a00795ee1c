/** Pushes are persisted, then delivered, then acknowledged; each once, in order. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message, SyncedConversation } from '../../../../src/protocol/index.js';
import { ConversationForm } from '../../../../src/worker/inbox/conversation-form.js';
import { Inbox } from '../../../../src/worker/inbox/inbox.js';
import { MemoryStore } from '../../../../src/worker/store/memory-store.js';
import type { StoredMessage } from '../../../../src/worker/store/store.js';
import { GATHER_MS } from '../../../../src/worker/tabs/post-schedule.js';
import { FakeClock, settle } from '../../fakes/clock.js';
import { apiMessage, syncPush, wireMessage } from '../../fakes/messages.js';

const self = { appkey: 'app', username: 'alice' };

/** A store whose writes a test can hold up. */
class HeldStore extends MemoryStore {
  #waiting: (() => void)[] = [];
  hold = false;

  override async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    if (this.hold) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    done.push(...messages.map(({ message }) => `stored ${message.msg_id}`));
    return super.putMessages(messages);
  }

  async release(): Promise<void> {
    this.hold = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
    await settle();
  }
}

/** The steps, in order. */
let done: string[];
let delivered: { ids: number[]; exceptTab: string | undefined }[];
let messages: Message[];
let store: HeldStore;
let inbox: Inbox;
/** Whether the server holds the pushes of a sync back. */
let hasWindow = false;
/** The worker outlives its tabs. */
let isShared = false;
let clock: FakeClock;

const open = (): Inbox => {
  const form = new ConversationForm(self, {
    unreadIn: () => 7,
    receiptsOf: (messages) => messages.map(({ msg_id }) => ({ msg_id, unread_count: 1, mtime: 0 })),
  });
  return new Inbox(
    {
      store,
      self,
      form,
      channel: {
        acknowledge: (event, payload) => {
          const { msg_id, sync_key } = payload as { msg_id?: number; sync_key?: number };
          if (event === 'sync_taken') done.push(`taken ${sync_key}`);
          else
            done.push(event === 'msg_recv_v2' ? `acknowledged ${msg_id}` : `acknowledged sync ${sync_key}`);
        },
        can: () => hasWindow,
      },
      tabs: {
        deliveries: { afterwards: (run) => run() },
        publishMessage: (message, exceptTab) => {
          done.push(`delivered ${message.msg_id}`);
          delivered.push({ ids: [message.msg_id], exceptTab });
          messages.push(message);
        },
        publishSync: (conversations) => {
          const ids = conversations.flatMap(({ msgs }) => msgs.map(({ msg_id }) => msg_id));
          done.push(...ids.map((id) => `delivered ${id}`));
          delivered.push({ ids, exceptTab: undefined });
        },
      },
      read: { received: () => undefined, counted: (_id, conversation) => conversation },
      progress: { advanceTo: () => undefined },
      clock,
      shared: isShared,
      isWhole: () => true,
    },
    0,
  );
};

beforeEach(() => {
  hasWindow = false;
  isShared = false;
  clock = new FakeClock();
  done = [];
  delivered = [];
  messages = [];
  store = new HeldStore();
  inbox = open();
});

const live = (...ids: number[]) => inbox.live({ messages: ids.map((id) => wireMessage(id)) });
const synced = (key: number, ...ids: number[]) =>
  inbox.synced(
    syncPush(
      key,
      ids.map((id) => wireMessage(id)),
    ),
  );
function countWrites(): () => number {
  const put = vi.spyOn(store, 'putMessages');
  return () => put.mock.calls.length;
}
const deliveredIds = () => delivered.flatMap(({ ids }) => ids);

describe('a message', () => {
  test('is persisted, then delivered, then acknowledged', async () => {
    live(1);
    await inbox.idle();
    expect(done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1']);
  });

  test('is neither acknowledged nor delivered while it is not persisted', async () => {
    store.hold = true;
    live(1);
    await settle();
    expect(done).toEqual([]);
    await store.release();
    expect(done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1']);
  });

  test('that is repeated is delivered once and acknowledged again', async () => {
    live(1);
    await inbox.idle();
    live(1);
    await inbox.idle();
    expect(done).toEqual(['stored 1', 'delivered 1', 'acknowledged 1', 'acknowledged 1']);
  });

  test('that is repeated within one burst is delivered once', async () => {
    live(1, 1, 2);
    live(2);
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 2]);
  });

  test('of a sync is persisted before the server may push more of them, to a server that waits for that', async () => {
    hasWindow = true;
    synced(9, 1);
    await store.release();
    await inbox.idle();
    expect(done.indexOf('taken 9')).toBeGreaterThan(done.indexOf('stored 1'));
  });

  test('that was live is not delivered again by a sync, whose key is acknowledged all the same', async () => {
    live(1);
    synced(9, 1);
    await inbox.idle();
    expect(deliveredIds()).toEqual([1]);
    expect(done).toContain('acknowledged sync 9');
  });

  test('of this account is delivered to all tabs except the sending one', async () => {
    inbox.sent(apiMessage(5, { from: 'alice', to: 'bob' }), 'tab-1');
    await inbox.idle();
    expect(delivered).toEqual([{ ids: [5], exceptTab: 'tab-1' }]);
    live(5);
    await inbox.idle();
    expect(deliveredIds()).toEqual([5]);
  });
});

describe('order', () => {
  test('is the order of arrival, of live messages and syncs alike, however slow the store', async () => {
    store.hold = true;
    live(1);
    await settle();
    live(2);
    synced(9, 3, 4);
    live(5);
    live(6);
    inbox.sent(apiMessage(7, { from: 'alice', to: 'bob' }), 'tab-1');
    live(8);
    await store.release();
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of what was sent while the history was on its way is that of the conversation', async () => {
    inbox.beginSync();
    for (const id of [2, 5, 7]) inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');
    inbox.sent(apiMessage(4, { from: 'alice', to: 'carol' }), 'tab-1');
    await inbox.idle();
    expect(delivered).toEqual([]);
    synced(6, 1, 3, 6);
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 2, 3, 5, 6]);
    inbox.endSync();
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 2, 3, 5, 6, 7, 4]);
  });

  test('of what was sent before a server went live is before what is live', async () => {
    inbox.beginSync();
    inbox.sent(apiMessage(2, { from: 'alice', to: 'bob' }), 'tab-1');
    live(3);
    await inbox.idle();
    expect(deliveredIds()).toEqual([2, 3]);
  });

  test('of live messages that waited for a sync on the server is before what was sent meanwhile', async () => {
    inbox.beginSync();
    for (const id of [3, 6]) inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');
    live(2);
    live(4, 5);
    await inbox.idle();
    expect(deliveredIds()).toEqual([2, 3, 4, 5]);
    inbox.endSync();
    await inbox.idle();
    expect(deliveredIds()).toEqual([2, 3, 4, 5, 6]);
  });

  test('of a burst costs few writes', async () => {
    const writes = countWrites();
    for (let id = 1; id <= 1_000; id += 1) live(id);
    await inbox.idle();
    expect(deliveredIds()).toHaveLength(1_000);
    expect(writes()).toBeLessThanOrEqual(2);
  });
});

describe('own messages, in a worker that outlives its tabs', () => {
  const sent = (id: number) => inbox.sent(apiMessage(id, { from: 'alice', to: 'bob' }), 'tab-1');

  beforeEach(() => {
    isShared = true;
    inbox = open();
  });

  test('of one frame share a write, and are delivered after it', async () => {
    const writes = countWrites();
    for (const id of [1, 2, 3]) {
      sent(id);
      await clock.advance(GATHER_MS / 4);
    }
    expect(done).toEqual([]);
    await clock.advance(GATHER_MS / 4);
    expect(writes()).toBe(1);
    expect(delivered.map(({ ids, exceptTab }) => [...ids, exceptTab])).toEqual([
      [1, 'tab-1'],
      [2, 'tab-1'],
      [3, 'tab-1'],
    ]);
  });

  test('never hold a push back, and keep their place before it', async () => {
    sent(1);
    await settle();
    live(2);
    await settle();
    expect(done).toEqual(['stored 1', 'stored 2', 'delivered 1', 'delivered 2', 'acknowledged 2']);
  });

  test('are persisted at once for a sync, for a tab that joins and for a page of history', async () => {
    for (const [id, event] of [
      [1, () => synced(9, 10)],
      [2, () => inbox.snapshot(() => undefined)],
      [3, () => void inbox.flush()],
    ] as const) {
      sent(id);
      await settle();
      expect(done).not.toContain(`stored ${id}`);
      event();
      await settle();
      expect(done).toContain(`stored ${id}`);
    }
  });

  test('that wait behind a slow write are persisted when flush resolves', async () => {
    store.hold = true;
    live(1);
    await settle();
    sent(2);
    const flushed = inbox.flush();
    await store.release();
    await flushed;
    expect(done).toContain('stored 2');
  });
});

describe('a tab that joins', () => {
  const snapshot = () =>
    new Promise<SyncedConversation[]>((resolve) => {
      inbox.snapshot(resolve);
    });

  test('is given what is stored of each conversation, oldest first', async () => {
    live(2, 1);
    inbox.live({ messages: [wireMessage(3, { from: 'carol' }), wireMessage(4, { gid: 70 })] });
    const conversations = await snapshot();
    const byPeer = new Map(conversations.map((one) => [one.from_username ?? one.from_gid, one]));
    expect(byPeer.get('bob')?.msgs.map(({ msg_id }) => msg_id)).toEqual([1, 2]);
    expect(byPeer.get('carol')?.msgs.map(({ msg_id }) => msg_id)).toEqual([3]);
    expect(byPeer.get(70)).toMatchObject({ msg_type: 4, key: 70 });
  });

  test("finds one's own and the other's messages in one conversation", async () => {
    live(1);
    inbox.sent(apiMessage(2, { from: 'alice', to: 'bob' }), 'tab-1');
    const conversations = await snapshot();
    expect(conversations).toHaveLength(1);
    expect(conversations[0]).toMatchObject({ from_username: 'bob', msgs: [{ msg_id: 1 }, { msg_id: 2 }] });
  });

  test('is a snapshot in its turn: it has the earlier messages and not the later ones', async () => {
    store.hold = true;
    live(1);
    const given = snapshot();
    live(2);
    await store.release();
    expect((await given).flatMap(({ msgs }) => msgs.map(({ msg_id }) => msg_id))).toEqual([1]);
  });
});

describe('after a worker has died', () => {
  test('its successor delivers the stored messages, since their delivery is unknown', async () => {
    live(1);
    await inbox.idle();
    delivered = [];
    inbox = open();
    synced(9, 1, 2);
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 2]);
    expect(done).toContain('acknowledged sync 9');
  });
});

describe('faults', () => {
  test('an invalid message is dropped, and the messages beside it are not', async () => {
    inbox.live({
      messages: [null, 'junk', { msg_id: 'x' }, wireMessage(1), { ...wireMessage(2), content: null }],
    });
    inbox.live(undefined);
    inbox.synced({ sync_key: -1 });
    inbox.synced({ sync_key: 3, messages: [{ msg_type: 3, key: 2, msgs: [wireMessage(3), 7] }, 'junk'] });
    await inbox.idle();
    expect(deliveredIds()).toEqual([1, 3]);
  });

  test('a push of a hundred thousand messages is taken', async () => {
    const messages = Array.from({ length: 100_000 }, () => wireMessage(1));
    live(9);
    inbox.live({ messages });
    await inbox.idle();
    expect(deliveredIds()).toEqual([9, 1]);
  });
});

test('messages carry what the API documents', async () => {
  inbox.live({ messages: [{ ...wireMessage(1), msg_level: 1 }] });
  await inbox.idle();
  expect(messages).toMatchObject([
    { msg_id: 1, msg_level: 'across', key: 2, from_username: 'bob', from_appkey: 'app', need_receipt: false },
  ]);
});
