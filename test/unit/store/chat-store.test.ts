/** The store: the same events give the same state in any order, snapshots are immutable, and accounts never mix. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { EventNotification, OutboxEntry, ReceivedMessage } from '../../../src/index.js';
import { BOB, contentOf, entryOf, type FakeClient, messageOf, open, SELF, settled } from './fake-client.js';

const received = (msg_id: number, from = 'bob', to = SELF.username): ReceivedMessage => {
  const message = messageOf(msg_id, from, to);
  return { ...message, messages: [message] };
};
const texts = ({ getSnapshot }: ReturnType<typeof open>['bob']) =>
  getSnapshot().messages.map(({ content, isRetracted }) =>
    isRetracted ? 'retracted' : (content.msg_body as { text: string }).text,
  );

test('any order of independent events gives the same list', async () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(ids, fc.infiniteStream(fc.nat()), async (known, random) => {
      const steps: ((fake: FakeClient) => void)[] = [
        ...known.map((id) => (fake: FakeClient) => fake.emit('onMsgReceive', received(id))),
        // A push of missed messages overlaps with the live ones.
        (fake) =>
          fake.emit('onSyncConversation', [
            {
              msg_type: 3,
              key: 1,
              unread_msg_count: 0,
              receipt_msgs: known.map((msg_id) => ({ msg_id, unread_count: 1, mtime: 1 })),
              msgs: known.slice(0, 5).map((id) => messageOf(id, 'bob', SELF.username)),
            } as never,
          ]),
        (fake) =>
          fake.emit('onEventNotification', {
            event_type: 55,
            type: 0,
            from_username: 'bob',
            from_appkey: 'app',
            msg_ids: [known[0]],
          } as EventNotification),
        (fake) =>
          fake.emit('onMsgReceiptChange', {
            type: 3,
            ...BOB,
            receipt_msgs: [{ msg_id: known[0] ?? 0, unread_count: 0 }],
          }),
        (fake) =>
          fake.emit('onOutboxChange', entryOf('e', 'bob', { state: 'sent', msg_id: 100, ctime_ms: 100 })),
      ];
      const inOrder = open();
      for (const step of steps) step(inOrder.fake);
      const shuffled = open();
      const rest = [...steps];
      for (const chance of random) {
        const [step] = rest.splice(chance % rest.length, 1);
        step?.(shuffled.fake);
        if (rest.length === 0) break;
      }
      const bare = ({ bob }: ReturnType<typeof open>) =>
        bob.getSnapshot().messages.map(({ id: _id, ...message }) => message);
      expect(bare(shuffled)).toEqual(bare(inOrder));
      expect(texts(inOrder.bob)).toHaveLength(known.length + 1);
    }),
  );
});

test('a send keeps its id from queued to sent, and a history page does not double it', async () => {
  const { fake, bob } = open();
  fake.emit('onOutboxChange', entryOf('one', 'bob'));
  const [queued] = bob.getSnapshot().messages;
  expect(queued).toMatchObject({ status: 'queued', isOwn: true, outboxId: 'one' });
  fake.emit('onOutboxChange', entryOf('one', 'bob', { state: 'sending' }));
  fake.emit('onOutboxChange', entryOf('one', 'bob', { state: 'sent', msg_id: 7, ctime_ms: 7 }));
  fake.history.bob = [messageOf(7, SELF.username, 'bob')];
  await bob.loadMore();
  const { messages } = bob.getSnapshot();
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ id: queued?.id, status: 'sent', msg_id: 7 });
  expect(messages[0]).not.toHaveProperty('outboxId');
});

test('a failed send shows its reason, and a cancelled one disappears', () => {
  const { fake, store, bob } = open();
  const failed: Partial<OutboxEntry> = { state: 'failed', code: 880207, message: 'in the blacklist' };
  fake.emit('onOutboxChange', entryOf('one', 'bob', failed));
  expect(bob.getSnapshot().messages[0]).toMatchObject({ status: 'failed', error: { code: 880207 } });
  expect(store.outbox.getSnapshot()).toHaveLength(1);
  fake.emit('onOutboxChange', entryOf('one', 'bob', { state: 'cancelled' }));
  expect(bob.getSnapshot().messages).toEqual([]);
  expect(store.outbox.getSnapshot()).toEqual([]);
});

test('an older answer of getOutbox does not bring back a send that has left it', async () => {
  const { fake, store } = open();
  fake.entries = [entryOf('one', 'bob')];
  fake.emit('onOutboxChange', entryOf('one', 'bob', { state: 'sent', msg_id: 7, ctime_ms: 7 }));
  await settled();
  expect(store.outbox.getSnapshot()).toEqual([]);
});

test('pages are loaded before the earliest message, and concurrent calls share one request', async () => {
  const { fake, bob } = open();
  fake.history.bob = Array.from({ length: 120 }, (_, i) => messageOf(i + 1, 'bob', SELF.username));
  fake.emit('onMsgReceive', received(121));
  const [first, second] = await Promise.all([bob.loadMore(), bob.loadMore()]);
  expect([first, second]).toEqual([true, true]);
  expect(fake.calls.filter(([method]) => method === 'getHistory')).toHaveLength(1);
  expect(bob.getSnapshot()).toMatchObject({ hasMore: true, isLoading: false });
  while (await bob.loadMore());
  expect(texts(bob)).toEqual(Array.from({ length: 121 }, (_, i) => `message ${i + 1}`));
  expect(bob.getSnapshot().hasMore).toBe(false);
});

test('the first subscriber loads the first page', async () => {
  const { fake, bob } = open();
  fake.history.bob = [messageOf(1, 'bob', SELF.username)];
  const changed = vi.fn();
  bob.subscribe(changed);
  await vi.waitFor(() => expect(texts(bob)).toEqual(['message 1']));
  expect(changed).toHaveBeenCalled();
});

test('a snapshot stays the same object until the next change, and earlier ones never change', async () => {
  const { fake, bob } = open();
  fake.emit('onMsgReceive', received(1));
  const before = bob.getSnapshot();
  expect(bob.getSnapshot()).toBe(before);
  fake.emit('onMsgReceive', received(2));
  expect(bob.getSnapshot()).not.toBe(before);
  expect(before.messages).toHaveLength(1);
});

test('a burst of messages is announced once', async () => {
  const { fake, bob } = open();
  await bob.loadMore();
  await settled();
  const changed = vi.fn();
  bob.subscribe(changed);
  for (let id = 1; id <= 1_000; id += 1) fake.emit('onMsgReceive', received(id));
  await settled();
  expect(changed).toHaveBeenCalledTimes(1);
  expect(texts(bob)).toHaveLength(1_000);
});

test('conversations are listed with the latest first, and a new one is asked for by name', async () => {
  const { fake, store } = open();
  await settled();
  fake.conversations = [
    {
      type: 3,
      key: 2,
      name: 'bob',
      username: 'bob',
      nickname: 'Bob',
      avatar: '',
      appkey: 'app',
      mtime: 5,
      unread_msg_count: 0,
      extras: {},
    },
    {
      type: 4,
      key: 9,
      gid: 9,
      name: 'Team',
      nickname: '',
      avatar: '',
      appkey: 'app',
      mtime: 6,
      unread_msg_count: 0,
      extras: {},
    },
  ];
  fake.emit('onMsgReceive', received(10));
  await settled();
  const titles = () => store.conversations.getSnapshot().map(({ title }) => title);
  expect(titles()).toEqual(['Bob', 'Team']);
  fake.emit('onUnreadChange', { type: 3, ...BOB, unread_msg_count: 3 });
  expect(store.unread.getSnapshot()).toBe(3);
});

test('a conversation shows its last message, an own and an unsent one included', () => {
  const { fake, store } = open();
  const rows = () =>
    store.conversations.getSnapshot().map(({ ref, last }) => ({ ...ref, status: last?.status }));
  fake.emit('onMsgReceive', received(10, 'carol'));
  fake.emit('onOutboxChange', entryOf('one', 'bob'));
  const carol = { username: 'carol', appkey: 'app', status: 'sent' };
  expect(rows()).toEqual([{ ...BOB, status: 'queued' }, carol]);
  fake.emit('onOutboxChange', entryOf('one', 'bob', { state: 'failed', code: 880207, message: 'no' }));
  expect(rows()).toEqual([{ ...BOB, status: 'failed' }, carol]);
});

test('a message that came before its conversation was opened is there once it is', () => {
  const { fake, store } = open();
  fake.emit('onMsgReceive', received(10, 'carol'));
  expect(texts(store.messages({ username: 'carol' }))).toEqual(['message 10']);
});

test('the store asks once for each conversation without a name, and once for each new connection', async () => {
  const { fake } = open();
  await settled();
  const asked = () => fake.calls.filter(([method]) => method === 'getConversation').length;
  expect(asked()).toBe(1);
  for (const id of [1, 2, 3]) fake.emit('onMsgReceive', received(id, 'carol'));
  fake.setState({ tabs: 2 });
  expect(asked()).toBe(2);
  fake.setState({ connected: false });
  fake.setState({ connected: true });
  expect(asked()).toBe(3);
});

test('a first page that failed is loaded once there is a connection', async () => {
  const { fake, bob } = open();
  fake.fails = true;
  bob.subscribe(() => undefined);
  await settled();
  expect(bob.getSnapshot().hasMore).toBeUndefined();
  fake.fails = false;
  fake.history.bob = [messageOf(1, 'bob', SELF.username)];
  fake.setState({ connected: false });
  fake.setState({ connected: true });
  await vi.waitFor(() => expect(texts(bob)).toEqual(['message 1']));
});

test('the file of a waiting message is there in a tab that did not choose it', async () => {
  const { fake, bob } = open();
  await settled();
  const content = { ...contentOf('alice', 'bob', ''), msg_type: 'file', msg_body: {} } as never;
  const entry = entryOf('one', 'bob', { content });
  const file = new Blob(['x']);
  fake.entries = [{ ...entry, file, fname: 'x.txt' }];
  fake.emit('onOutboxChange', entry);
  await vi.waitFor(() => expect(bob.getSnapshot().messages[0]).toMatchObject({ file, fname: 'x.txt' }));
  fake.emit('onOutboxChange', { ...entry, state: 'sending' });
  expect(bob.getSnapshot().messages[0]).toMatchObject({ status: 'sending', file });
});

test('an account that was logged out elsewhere keeps what is on the screen, and its own log-out clears it', () => {
  const { fake, store } = open();
  fake.emit('onMsgReceive', received(1));
  fake.setState({ state: 'ended', reason: 'other_login', connected: false });
  expect(store.conversations.getSnapshot()).toHaveLength(1);
  fake.setState({ state: 'ended', reason: 'logged_out', connected: false });
  expect(store.conversations.getSnapshot()).toEqual([]);
});

test('another account starts with an empty store', async () => {
  const { fake, store, bob } = open();
  fake.emit('onMsgReceive', received(1));
  fake.setState({ username: 'carol' });
  expect(store.conversations.getSnapshot()).toEqual([]);
  expect(store.messages(BOB)).not.toBe(bob);
  expect(store.messages(BOB).getSnapshot().messages).toEqual([]);
});

test('a closed store has no listeners', () => {
  const { fake, store } = open();
  expect(fake.listeners).toBeGreaterThan(0);
  store.close();
  expect(fake.listeners).toBe(0);
});
