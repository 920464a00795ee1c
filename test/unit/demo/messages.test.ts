/** The demo's conversations as values: messages as they are shown, notes between them, rows, addresses. */
import { expect, test } from 'vitest';
import { type ChatMessage, shown, withNotes } from '../../../demo/src/chat-messages.js';
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
import { CODES, type StoredMessage } from '../../../demo/src/jmessage.js';
import { type Row, rowAt } from '../../../demo/src/timeline.js';

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

const ids = (messages: readonly ChatMessage[]) => messages.map(({ id }) => id);
const NOTE = { type: 'notice', what: 'left', who: [] } as const;
const note = (id: string, at: number) => stored(0, { id, msgId: undefined, at, content: NOTE });

const fromStore = (change: Partial<StoredMessage> = {}): StoredMessage => ({
  id: 'o1',
  status: 'queued',
  from_username: 'alice',
  from_appkey: 'app',
  isOwn: true,
  content: { msg_type: 'text', msg_body: { text: 'hello' } } as StoredMessage['content'],
  ctime_ms: NOON,
  isRetracted: false,
  ...change,
});

test('a note stands at its time, and above what is not sent yet', () => {
  const unsent = { ...stored(0, { id: 'o1', at: NOON, status: 'failed' }), msgId: undefined };
  const messages = [stored(1), stored(5), unsent];
  const notes = [note('e1', NOON), note('e2', NOON + 3), note('e3', NOON + 5), note('e4', NOON + 99)];
  expect(ids(withNotes(messages, notes))).toEqual(['e1', 'm1', 'e2', 'm5', 'e3', 'e4', 'o1']);
  expect(withNotes(messages, [])).toBe(messages);
});

test('a queued message waits for a connection, or is being sent with one', () => {
  expect(shown(fromStore(), 'alice', false).status).toBe('waiting');
  expect(shown(fromStore(), 'alice', true).status).toBe('sending');
});

test('a failure says whether another try can help', () => {
  const failed = (code: number) =>
    shown(fromStore({ status: 'failed', error: { code, message: 'no' } as never }), 'alice', true);
  expect(failed(CODES.inBlacklist)).toMatchObject({ status: 'failed', hopeless: false });
  expect(failed(CODES.fileTooLarge)).toMatchObject({ status: 'failed', hopeless: true });
});

test('a picture that is being uploaded has its file and its progress, and stays in place once it is sent', () => {
  const local = { type: 'image', mediaId: '', width: 1, height: 1, size: 1, localUrl: 'blob:1' } as const;
  const content = { msg_type: 'image', msg_body: {} } as StoredMessage['content'];
  const uploading = shown(fromStore({ content }), 'alice', true, { content: local, progress: 0.5 });
  expect(uploading).toMatchObject({ content: local, progress: 0.5 });
  const msg_body = { media_id: 'a/b', width: 1, height: 1, fsize: 1 };
  const uploaded = { msg_type: 'image', msg_body } as StoredMessage['content'];
  const sent = fromStore({ content: uploaded, status: 'sent', msg_id: 7 });
  expect(shown(sent, 'alice', true, { content: local, progress: 1 })).toMatchObject({
    content: { mediaId: 'a/b', localUrl: 'blob:1' },
    progress: undefined,
  });
});

test('a read message implies that earlier ones were read in a conversation of two, but not in a group', () => {
  const messages = [stored(1), stored(2, { unreadBy: 0 }), stored(3)];
  expect(readUpTo({ ...emptyChat(chatWith('bob')), messages })).toBe(2);
  expect(readUpTo({ ...emptyChat(chatOf(5)), messages })).toBe(0);
});

test('a retracted message loses what it said, except for its writer', () => {
  const retracted = (isOwn: boolean) =>
    shown(fromStore({ status: 'sent', msg_id: 1, isRetracted: true, isOwn }), 'alice', true);
  expect(retracted(false)).toMatchObject({
    content: { type: 'retracted', was: undefined },
    mentionsMe: false,
  });
  expect(retracted(true).content).toEqual({ type: 'retracted', was: 'hello' });
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

const rowsOf = (messages: readonly ChatMessage[]): Row[] =>
  messages.flatMap((_, index) => rowAt(messages, index, 'alice') ?? []);

test('each day begins with a line', () => {
  const rows = rowsOf([stored(1), stored(2), stored(3, { at: NOON + DAY_MS })]);
  expect(rows.map(({ newDay }) => newDay)).toEqual([true, false, true]);
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
  const rows = rowsOf(messages).filter((row) => row.kind === 'message');
  expect(rows.map(({ first, last, mine }) => [first, last, mine])).toEqual([
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [true, true, true],
    [true, true, true],
  ]);
  expect(rowsOf(messages).map(({ kind }) => kind)).toContain('note');
  expect(rowAt(messages, messages.length, 'alice')).toBeUndefined();
});
