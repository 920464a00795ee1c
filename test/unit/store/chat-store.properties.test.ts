/**
 * The store against a model: whatever the order in which pushes, pages, answers and reports arrive, it ends with the conversation that the
 * server has.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventNotification, Message, OutboxEntry } from '../../../src/index.js';
import { BOB, entryOf, messageOf, open, SELF, settled } from './fake-client.js';
import { interleave, type Step, type Thread } from './interleave.js';

const LAST = 60;
const ME = SELF.username;

const emits =
  (entry: OutboxEntry): Step =>
  ({ fake }) =>
    fake.emit('onOutboxChange', entry);

/** A send that fails, is tried again, and ends. */
const sendOf = (id: string, states: readonly Partial<OutboxEntry>[]): Thread =>
  states.map((change) => emits(entryOf(id, 'bob', { need_receipt: true, ...change })));

const FAILED = { state: 'failed', code: 880207, message: 'no' } as const;

const push = (messages: readonly Message[]): Step => {
  const [message] = messages;
  if (messages.length === 1 && message) {
    return ({ fake }) => fake.emit('onMsgReceive', { ...message, messages: [message] });
  }
  const synced = { msg_type: 3, key: 1, unread_msg_count: 0, receipt_msgs: [], msgs: messages } as never;
  return ({ fake }) => fake.emit('onSyncConversation', [synced]);
};

const ids = (length: number) => fc.uniqueArray(fc.integer({ min: 1, max: LAST }), { maxLength: length });

const worlds = fc.record({
  /** Messages by the account itself, from any device. */
  own: ids(20),
  /** Of those, the ones that this browser has sent. */
  fromHere: fc.nat({ max: 5 }),
  retracted: ids(6),
  /** Messages that arrive as pushes, several times and in any order. */
  pushes: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: LAST }), { minLength: 1, maxLength: 6 }), {
    maxLength: 12,
  }),
  counts: fc.array(
    fc.record({ msg_id: fc.integer({ min: 1, max: LAST }), unread_count: fc.nat({ max: 3 }) }),
    {
      maxLength: 12,
    },
  ),
  limits: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
  unread: fc.array(fc.nat({ max: 9 }), { maxLength: 4 }),
  picks: fc.infiniteStream(fc.nat()),
});

test('any order of pushes, pages, sends, retractions and receipts ends with the conversation of the server', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ own, fromHere, retracted, pushes, counts, limits, unread, picks }) => {
      const history = Array.from({ length: LAST }, (_, i) => {
        const id = i + 1;
        return own.includes(id) ? messageOf(id, ME, 'bob') : messageOf(id, 'bob', ME);
      });
      const at = (id: number) => history.slice(id - 1, id);
      const sent = own.slice(0, fromHere);
      const opened = open();
      const { fake, store, bob } = opened;
      fake.history.bob = history;
      const threads: Thread[] = [
        ...sent.map((msg_id, i) =>
          sendOf(`sent${i}`, [
            {},
            { state: 'sending' },
            FAILED,
            {},
            { state: 'sent', msg_id, ctime_ms: msg_id },
          ]),
        ),
        sendOf('cancelled', [{}, { state: 'cancelled' }, { state: 'sending' }]),
        sendOf('first', [{}, { state: 'sending' }]),
        sendOf('second', [{}, FAILED]),
        ...pushes.map((list) => [push(list.flatMap(at))]),
        // A sync brings all that was missed, from the earliest one that a push or an answer has brought.
        [push(history.slice(Math.min(LAST, ...sent, ...pushes.flat()) - 1))],
        ...retracted.map((msg_id): Thread => [retracts(msg_id)]),
        counts.map(({ msg_id, unread_count }): Step => {
          const change = { type: 3 as const, ...BOB, receipt_msgs: [{ msg_id, unread_count }] };
          return () => fake.emit('onMsgReceiptChange', change);
        }),
        limits.map(
          (limit): Step =>
            () =>
              bob.loadMore(limit),
        ),
        [push(at(LAST)), ...unread.map((count): Step => unreadIs(count))],
      ];
      await interleave(threads, picks, opened);
      while (bob.getSnapshot().hasMore !== false) await bob.loadMore();

      const fewest = new Map(sent.map((id) => [id, 1]));
      for (const { msg_id, unread_count } of counts) {
        fewest.set(msg_id, Math.min(unread_count, fewest.get(msg_id) ?? Infinity));
      }
      const { messages } = bob.getSnapshot();
      expect(messages.slice(0, LAST).map(({ id: _, content: _content, outboxId, ...rest }) => rest)).toEqual(
        history.map(({ msg_id, ctime_ms }) => {
          const isOwn = own.includes(msg_id);
          const unread_count = fewest.get(msg_id);
          return {
            msg_id,
            ctime_ms,
            status: 'sent',
            isOwn,
            from_username: isOwn ? ME : 'bob',
            from_appkey: 'app',
            isRetracted: retracted.includes(msg_id),
            ...(sent.includes(msg_id) && { need_receipt: true }),
            ...(unread_count !== undefined && { unread_count }),
          };
        }),
      );
      // Unsent ones are at the end, in the order in which they were accepted.
      const rest = messages.slice(LAST).map(({ status, outboxId }) => `${outboxId} ${status}`);
      expect([...rest].sort()).toEqual(['first sending', 'second failed']);
      expect(store.outbox.getSnapshot().map(({ id, state }) => `${id} ${state}`)).toEqual(rest);
      expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
      const [item] = store.conversations.getSnapshot();
      expect(item).toMatchObject({ id: 's/app/bob', last: messages.at(-1) });
      expect(store.unread.getSnapshot()).toBe(unread.at(-1) ?? 0);
    }),
    { numRuns: 60 },
  );
});

const retracts =
  (msg_id: number): Step =>
  ({ fake }) =>
    fake.emit('onEventNotification', {
      event_type: 55,
      type: 0,
      from_username: 'bob',
      from_appkey: 'app',
      msg_ids: [msg_id],
    } as EventNotification);

const unreadIs =
  (unread_msg_count: number): Step =>
  ({ fake }) => {
    fake.unread = unread_msg_count;
    fake.emit('onUnreadChange', { type: 3, ...BOB, unread_msg_count });
  };

test('a change keeps the objects of all that it does not touch', async () => {
  const { fake, store, bob } = open();
  const emit = (id: number, from: string) => push([messageOf(id, from, ME)])({ fake, store, bob });
  for (const [id, from] of [
    [1, 'bob'],
    [2, 'bob'],
    [3, 'carol'],
  ] as const)
    emit(id, from);
  await settled();
  const before = { messages: bob.getSnapshot().messages, rows: store.conversations.getSnapshot() };
  emit(4, 'carol');
  expect(bob.getSnapshot().messages).toBe(before.messages);
  expect(store.conversations.getSnapshot()[1]).toBe(before.rows[1]);
  retracts(1)({ fake, store, bob });
  const [retracted, kept] = bob.getSnapshot().messages;
  expect(retracted).not.toBe(before.messages[0]);
  expect(kept).toBe(before.messages[1]);
  const after = bob.getSnapshot();
  // News without a change: a message, a retraction and a list that were there.
  emit(2, 'bob');
  retracts(1)({ fake, store, bob });
  fake.setState({ connected: false });
  const rows = store.conversations.getSnapshot();
  fake.setState({ connected: true });
  await settled();
  expect(bob.getSnapshot()).toBe(after);
  expect(store.conversations.getSnapshot()).toEqual(rows);
  for (const [i, row] of store.conversations.getSnapshot().entries()) expect(row).toBe(rows[i]);
});

test('a conversation that was opened offline has no gap once there is a connection', async () => {
  const { fake, bob } = open();
  const all = Array.from({ length: 300 }, (_, i) => messageOf(i + 1, 'bob', ME));
  fake.history.bob = all;
  // The device has two parts of the history, and nothing before them.
  const kept = all.filter(({ msg_id }) => (msg_id > 20 && msg_id <= 60) || msg_id > 270);
  const online = fake.getHistory;
  fake.getHistory = async (params) => {
    fake.history.bob = kept;
    return { ...(await online(params)), from_cache: true };
  };
  fake.setState({ connected: false });
  bob.subscribe(() => undefined);
  await settled();
  while (bob.getSnapshot().hasMore) await bob.loadMore();
  expect(bob.getSnapshot()).toMatchObject({ hasMore: false, isFromCache: true });
  fake.getHistory = online;
  fake.history.bob = all;
  fake.setState({ connected: true });
  await settled();
  const have = () => bob.getSnapshot().messages.map(({ msg_id }) => msg_id);
  expect(have().slice(-280)).toEqual(all.slice(20).map(({ msg_id }) => msg_id));
  expect(bob.getSnapshot()).toMatchObject({ hasMore: false, isFromCache: false });
  while (bob.getSnapshot().hasMore) await bob.loadMore();
  expect(have()).toHaveLength(300);
});
