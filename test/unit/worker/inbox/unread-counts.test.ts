/** Unread counts: what sets them, what counts them up, what resets them, and which tabs receive them. */
import { expect, test } from 'vitest';
import { type Conversation, type ConversationId, groupId, singleId } from '../../../../src/protocol/index.js';
import { UnreadCounts } from '../../../../src/worker/inbox/unread-counts.js';
import { FakeClock } from '../../fakes/clock.js';

const BOB = singleId('app', 'bob');
const TEAM = groupId(9);

class Stage {
  readonly clock = new FakeClock();
  /** The open conversations. */
  readonly open = new Set<ConversationId>();
  readonly changes: [ConversationId, number][] = [];
  readonly reported: ConversationId[] = [];
  readonly unread = new UnreadCounts(this.clock, {
    isOpen: (conversation) => this.open.has(conversation),
    onChange: (counts) => this.changes.push(...counts),
    onRead: (conversation) => this.reported.push(conversation),
  });
}

const row = (fields: Partial<Conversation>): Conversation => ({
  type: 3,
  key: 1,
  name: 'bob',
  nickname: '',
  avatar: '',
  appkey: 'app',
  mtime: 1_000,
  unread_msg_count: 0,
  extras: {},
  ...fields,
});

test("the server's list sets the counts, and only what changes is delivered", () => {
  const { unread, changes } = new Stage();
  unread.reset([row({ unread_msg_count: 2 }), row({ type: 4, key: 9, gid: 9, unread_msg_count: 0 })], 'app');
  expect(unread.of(BOB)).toBe(2);
  expect(unread.of(TEAM)).toBe(0);
  expect(changes).toEqual([[BOB, 2]]);
  unread.reset([row({ unread_msg_count: 2 })], 'app');
  expect(changes).toHaveLength(1);
  expect(new Map(unread.all())).toEqual(
    new Map([
      [BOB, 2],
      [TEAM, 0],
    ]),
  );
});

test('a list that was made before some messages does not take them back', () => {
  const { unread, changes } = new Stage();
  for (const ctimeMs of [1_000, 1_001, 1_002]) unread.received(BOB, ctimeMs);
  unread.reset([row({ unread_msg_count: 5, mtime: 1_001 })], 'app');
  expect(unread.of(BOB)).toBe(6);
  unread.received(BOB, 1_001);
  unread.reset([row({ unread_msg_count: 6, mtime: 1_002 })], 'app');
  expect(unread.of(BOB)).toBe(6);
  unread.read(BOB, false);
  unread.reset([row({ unread_msg_count: 0, mtime: 1_001 })], 'app');
  expect(unread.of(BOB)).toBe(0);
  expect(changes.at(-1)).toEqual([BOB, 0]);
});

test('a row without an appkey is of the own application, one without a username is called by its name', () => {
  const { unread } = new Stage();
  unread.reset([row({ appkey: '', unread_msg_count: 1 })], 'app');
  expect(unread.of(BOB)).toBe(1);
});

test('a count that is none counts as 0', () => {
  const { unread } = new Stage();
  unread.reset([row({ unread_msg_count: -3, mtime: Number.NaN })], 'app');
  unread.received(BOB, 1);
  expect(unread.of(BOB)).toBe(1);
});

test('a message counts, unless the list has counted it already', () => {
  const { unread, changes } = new Stage();
  unread.reset([row({ unread_msg_count: 2, mtime: 1_000 })], 'app');
  unread.received(BOB, 999);
  unread.received(BOB, 1_000);
  expect(unread.of(BOB)).toBe(2);
  unread.received(BOB, 1_001);
  unread.received(TEAM, 1);
  expect(changes.slice(1)).toEqual([
    [BOB, 3],
    [TEAM, 1],
  ]);
});

test('a read here clears the count and is reported to the server; a read elsewhere is not reported', () => {
  const { unread, changes, reported } = new Stage();
  unread.received(BOB, 1);
  unread.received(TEAM, 1);
  unread.read(BOB, true);
  unread.read(TEAM, false);
  expect(changes.slice(2)).toEqual([
    [BOB, 0],
    [TEAM, 0],
  ]);
  expect(reported).toEqual([BOB]);
});

test('reading does not make what the list has counted news again', () => {
  const { unread } = new Stage();
  unread.reset([row({ unread_msg_count: 2, mtime: 1_000 })], 'app');
  unread.read(BOB, true);
  unread.received(BOB, 1_000);
  expect(unread.of(BOB)).toBe(0);
});

test('a conversation that is being looked at does not count up, and is reported as read once for many messages', async () => {
  const { unread, clock, open, changes, reported } = new Stage();
  open.add(BOB);
  for (let at = 1; at <= 50; at += 1) unread.received(BOB, at);
  expect(changes).toEqual([]);
  expect(reported).toEqual([]);
  await clock.advance(1_000);
  expect(reported).toEqual([BOB]);
  unread.received(BOB, 51);
  await clock.advance(1_000);
  expect(reported).toEqual([BOB, BOB]);
  open.clear();
  unread.received(BOB, 52);
  expect(unread.of(BOB)).toBe(1);
});

test('a list that counts what is being looked at is corrected', () => {
  const { unread, open } = new Stage();
  open.add(BOB);
  unread.reset([row({ unread_msg_count: 5 })], 'app');
  expect(unread.of(BOB)).toBe(0);
});

test('after the end nothing is reported any more, and no timer is left', async () => {
  const { unread, clock, open, reported } = new Stage();
  open.add(BOB);
  unread.received(BOB, 1);
  unread.close();
  expect(clock.pending).toBe(0);
  await clock.advance(10_000);
  expect(reported).toEqual([]);
});
