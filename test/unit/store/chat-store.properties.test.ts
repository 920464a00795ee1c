/**
 * The store against a model: whatever the order in which pushes, pages, answers and reports arrive, it ends with the conversation that the
 * server has.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventNotification, Message, OutboxEntry } from '../../../src/index.js';
import { BOB, entryOf, type FakeClient, messageOf, open, SELF, settled } from './fake-client.js';

type Step = (opened: ReturnType<typeof open>) => unknown;

/** Steps of which each waits for the one before it. */
type Thread = readonly Step[];

const LAST = 60;
const ME = SELF.username;

/** Runs all steps, those of one thread in their order. @param picks the thread that comes next, each time */
async function interleave(
  threads: readonly Thread[],
  picks: Iterator<number>,
  opened: ReturnType<typeof open>,
) {
  const waiting = threads.map((thread) => [...thread]).filter(({ length }) => length > 0);
  while (waiting.length > 0) {
    const at = picks.next().value % waiting.length;
    const step = waiting[at]?.shift();
    if (waiting[at]?.length === 0) waiting.splice(at, 1);
    // A step that is not awaited is overtaken by others.
    const done = step?.(opened);
    if (picks.next().value % 2 === 0) await done;
  }
  await settled();
}

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

/** The life of an invitation: it arrives, and may be answered here, in another tab, by another keeper, or by an acceptance elsewhere. */
const INVITED = {
  friend: (name: string) => ({ event_type: 5, extra: 1, from_username: name, from_appkey: 'app' }),
  member: (name: string, event_id: number) => ({
    event_type: 56,
    event_id,
    gid: 7,
    from_username: name,
    from_appkey: 'app',
    to_usernames: [{ username: name, appkey: 'app' }],
  }),
};

const users = (username: string) => ({ to_usernames: [{ username, appkey: 'app' }] });
const told =
  (event: object): ((fake: FakeClient) => void) =>
  (fake) =>
    fake.emit('onEventNotification', event as EventNotification);

const ANSWERS = {
  friend: [
    (name: string) =>
      told({ event_type: 5, extra: 2, return_code: 0, from_username: name, from_appkey: 'app' }),
    (name: string) => told({ event_type: 100, extra: 5, ...users(name) }),
    (name: string) => (fake: FakeClient) =>
      fake.emit('onInvitationAnswer', { username: name, appkey: 'app' }),
  ],
  member: [
    (name: string) => told({ event_type: 10, gid: 7, ...users(name) }),
    (name: string) => told({ event_type: 58, gid: 7, ...users(name) }),
    (name: string, event_id: number) => (fake: FakeClient) =>
      fake.emit('onInvitationAnswer', { username: name, appkey: 'app', gid: 7, event_id }),
  ],
};

const invitations = fc.array(
  fc.record({
    kind: fc.constantFrom('friend' as const, 'member' as const),
    /** Of three ways to be answered, or none. */
    answer: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 8 },
);

test('any order of invitations, answers and lists of the server leaves those that wait', async () => {
  await fc.assert(
    fc.asyncProperty(
      invitations,
      fc.nat({ max: 4 }),
      fc.infiniteStream(fc.nat()),
      async (all, lists, picks) => {
        const opened = open();
        const { fake, store } = opened;
        const server = new Map<string, EventNotification>();
        fake.getInvitations = async () => {
          // The list is of the moment of the request, and arrives later.
          const events = [...server.values()];
          await settled();
          return { events };
        };
        await settled();
        const threads = all.map(({ kind, answer }, i): Thread => {
          const name = `user${i}`;
          const event = INVITED[kind](name, i) as EventNotification;
          const arrives: Step = () => {
            server.set(name, event);
            fake.emit('onEventNotification', event);
          };
          const end = ANSWERS[kind][answer];
          const leaves: Step = () => {
            server.delete(name);
            end?.(name, i)(fake);
          };
          return end ? [arrives, leaves] : [arrives];
        });
        const reconnects: Step = async () => {
          fake.setState({ connected: false });
          fake.setState({ connected: true });
          await settled();
        };
        await interleave([...threads, Array(lists).fill(reconnects)], picks, opened);
        await settled();
        const waiting = store.invitations.getSnapshot().map(({ username, kind }) => `${username} ${kind}`);
        const expected = all.flatMap(({ kind, answer }, i) => (answer === 3 ? [`user${i} ${kind}`] : []));
        expect(waiting.sort()).toEqual(expected.sort());
      },
    ),
    { numRuns: 60 },
  );
});

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
