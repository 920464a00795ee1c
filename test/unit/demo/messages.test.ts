/** The demo's conversations as values: order, retries, receipts, retractions; rows to show; addresses. */
import { expect, test } from 'vitest';
import {
  type ChatMessage,
  withChange,
  withMessages,
  withReceipts,
  withRetracted,
  withSent,
} from '../../../demo/src/chat-messages.js';
import {
  addressOf,
  chatAt,
  chatOf,
  chatWith,
  emptyChat,
  isMentioned,
  listed,
  readUpTo,
} from '../../../demo/src/chats.js';
import { type Row, timeline } from '../../../demo/src/timeline.js';

const NOON = new Date(2024, 4, 6, 12).getTime();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const stored = (msgId: number, change: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${msgId}`,
  msgId,
  from: 'bob',
  content: { type: 'text', text: String(msgId) },
  at: NOON + msgId,
  status: 'sent',
  ...change,
});

const written = (id: string, after: number): ChatMessage => {
  const { msgId: _none, ...rest } = stored(0, { id, after, from: 'alice', status: 'sending' });
  return rest;
};

const ids = (messages: readonly ChatMessage[]) => messages.map(({ id }) => id);
const sent = (msgId: number) => ({ msgId, at: NOON + msgId, content: stored(msgId).content, unreadBy: 1 });

test('messages have the order of their ids, however they come in', () => {
  const late = withMessages(withMessages([], [stored(3), stored(5)]), [stored(4), stored(1)]);
  expect(ids(late)).toEqual(['m1', 'm3', 'm4', 'm5']);
});

test('a message that comes twice is there once, and nothing new is no change', () => {
  const messages = withMessages([], [stored(1), stored(2)]);
  expect(withMessages(messages, [stored(2)])).toBe(messages);
  expect(ids(withMessages(messages, [stored(2), stored(3)]))).toEqual(['m1', 'm2', 'm3']);
});

test('an unsent message stays under the message that it was written under', () => {
  const messages = withMessages([stored(1), stored(2)], [written('w1', 2), written('w2', 2)]);
  expect(ids(withMessages(messages, [stored(3)]))).toEqual(['m1', 'm2', 'w1', 'w2', 'm3']);
});

test('a sent message keeps its identity, and what was written under it stays under it', () => {
  const messages = withMessages([stored(1)], [written('w1', 1), written('w2', 1)]);
  const answered = withSent(messages, 'w1', sent(7));
  expect(ids(answered)).toEqual(['m1', 'w1', 'w2']);
  expect(answered[1]).toMatchObject({ id: 'w1', msgId: 7, status: 'sent', unreadBy: 1 });
  expect(ids(withMessages(answered, [stored(8)]))).toEqual(['m1', 'w1', 'w2', 'm8']);
});

test('a sent message that has come back as history before its answer is there once', () => {
  const messages = withMessages(withMessages([stored(1)], [written('w1', 1)]), [stored(7)]);
  expect(ids(withSent(messages, 'w1', sent(7)))).toEqual(['m1', 'w1']);
});

test('a failure is marked, and goes with another try', () => {
  const failed = withChange([written('w1', 0)], 'w1', { status: 'failed', error: 'no' });
  expect(failed[0]).toMatchObject({ status: 'failed', error: 'no' });
  expect(withSent(failed, 'w1', sent(2))[0]).toMatchObject({ status: 'sent', error: undefined });
});

test('of two receipts the smaller count is believed, in either order', () => {
  const receipts = (unread_count: number) => [{ msg_id: 1, unread_count }];
  const down = withReceipts(withReceipts([stored(1)], receipts(3)), receipts(1));
  const up = withReceipts(withReceipts([stored(1)], receipts(1)), receipts(3));
  expect([down[0]?.unreadBy, up[0]?.unreadBy]).toEqual([1, 1]);
});

test('a read message implies that earlier ones were read in a conversation of two, but not in a group', () => {
  const messages = [stored(1), stored(2, { unreadBy: 0 }), stored(3)];
  expect(readUpTo({ ...emptyChat(chatWith('bob')), messages })).toBe(2);
  expect(readUpTo({ ...emptyChat(chatOf(5)), messages })).toBe(0);
});

test('a retracted message loses what it said, except for its writer', () => {
  const messages = [stored(1), stored(2, { mentionsMe: true })];
  const [first, theirs] = withRetracted(messages, [2, 99], false);
  expect(first).toBe(messages[0]);
  expect(theirs).toMatchObject({ content: { type: 'retracted', was: undefined }, mentionsMe: false });
  const [mine] = withRetracted([stored(1)], [1], true);
  expect(mine?.content).toEqual({ type: 'retracted', was: '1' });
});

test('a mention counts while it is among what has not been read', () => {
  const messages = [stored(1, { mentionsMe: true }), stored(2)];
  const chat = { ...emptyChat(chatOf(5)), messages };
  expect([0, 1, 2].map((unread) => isMentioned({ ...chat, unread }))).toEqual([false, false, true]);
});

test('conversations are listed by their last message, or by what the server says of them', () => {
  const chats = {
    [chatWith('old')]: { ...emptyChat(chatWith('old')), messages: [stored(1)] },
    [chatOf(9)]: { ...emptyChat(chatOf(9)), mtime: NOON + DAY_MS },
    [chatWith('new')]: { ...emptyChat(chatWith('new')), messages: [stored(2)] },
  };
  expect(listed(chats).map(({ id }) => id)).toEqual(['g/9', 'u/new', 'u/old']);
});

test('an address leads to the conversation that it was made from, whatever its name', () => {
  for (const id of [chatWith('bob'), chatWith('a/b #?%'), chatWith('王'), chatOf(12)]) {
    expect(chatAt(addressOf(id))).toBe(id);
  }
  expect(['', '#/', '#/bob', '#/g/x', '#/u/%'].map(chatAt)).toEqual([null, null, null, null, null]);
});

const kinds = (rows: readonly Row[]) => rows.map(({ kind }) => kind);

test('each day begins with a line', () => {
  const rows = timeline([stored(1), stored(2), stored(3, { at: NOON + DAY_MS })], 'alice');
  expect(kinds(rows)).toEqual(['day', 'message', 'message', 'day', 'message']);
});

test('messages of one sender stand together until a pause, another sender, or something that happened', () => {
  const messages = [
    stored(1),
    stored(2),
    stored(3, { at: NOON + 10 * MINUTE_MS }),
    stored(4, { at: NOON + 10 * MINUTE_MS, from: 'alice' }),
    stored(5, { at: NOON + 10 * MINUTE_MS, content: { type: 'retracted' } }),
    stored(6, { at: NOON + 10 * MINUTE_MS, from: 'alice' }),
  ];
  const rows = timeline(messages, 'alice').filter((row) => row.kind === 'message');
  expect(rows.map(({ first, last, mine }) => [first, last, mine])).toEqual([
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [true, true, true],
    [true, true, true],
  ]);
  expect(kinds(timeline(messages, 'alice'))).toContain('note');
});
