import { beforeEach, expect, test } from 'vitest';
import { SeenMessages } from '../../../../src/client/events/seen-messages.js';
import type { AccountEvent } from '../../../../src/protocol/tab.js';
import { apiMessage } from '../../fakes/messages.js';

let seen: SeenMessages;
beforeEach(() => {
  seen = new SeenMessages();
});

function live(id: number): AccountEvent {
  const message = apiMessage(id);
  return { seq: 1, listener: 'onMsgReceive', data: { ...message, messages: [message] } };
}
const synced = (...conversations: number[][]): AccountEvent => ({
  seq: 1,
  listener: 'onSyncConversation',
  data: conversations.map((ids, key) => ({
    msg_type: 3,
    key,
    unread_msg_count: 0,
    receipt_msgs: [],
    msgs: ids.map((id) => apiMessage(id)),
  })),
});
const idsOf = (event: AccountEvent | undefined) =>
  event?.listener === 'onSyncConversation'
    ? event.data.map(({ msgs }) => msgs.map(({ msg_id }) => msg_id))
    : [];

test('a message is handed over once, live or synced', () => {
  expect(seen.fresh(live(1))).toBeDefined();
  expect(seen.fresh(live(1))).toBeUndefined();
  expect(idsOf(seen.fresh(synced([1, 2], [3])))).toEqual([[2], [3]]);
  expect(seen.fresh(live(3))).toBeUndefined();
});

test('a conversation with nothing new is left out, and an event with nothing new as well', () => {
  seen.fresh(synced([1], [2]));
  expect(idsOf(seen.fresh(synced([1], [2, 3])))).toEqual([[3]]);
  expect(seen.fresh(synced([1], [2]))).toBeUndefined();
});

test('an own message is known here', () => {
  seen.sent({ code: 0, msg_id: 5 });
  expect(seen.fresh(live(5))).toBeUndefined();
});

test('an event without a message is passed on', () => {
  const event: AccountEvent = { seq: 1, listener: 'onDisconnect', data: undefined };
  expect(seen.fresh(event)).toBe(event);
  seen.sent({ code: 0 });
  seen.sent({ msg_id: 'junk' });
});

test('after a new login everything is new', () => {
  seen.fresh(live(1));
  seen.clear();
  expect(seen.fresh(live(1))).toBeDefined();
});

test('the latest 20 000 messages are remembered, and never 40 000', () => {
  for (let id = 1; id <= 40_000; id += 1) seen.sent({ msg_id: id });
  expect(seen.fresh(live(20_001))).toBeUndefined();
  expect(seen.fresh(live(1))).toBeDefined();
});

test('a chat room that is entered again after a worker has died tells what is new, and all of it after it was left', () => {
  const seen = new SeenMessages();
  const said = (msg_id: number): AccountEvent =>
    ({ seq: msg_id, listener: 'onRoomMsg', data: { room_id: 7, msg_id } }) as AccountEvent;
  expect(seen.fresh(said(1))).toBeDefined();
  expect(seen.fresh(said(1))).toBeUndefined();
  expect(seen.fresh(said(2))).toBeDefined();
  seen.leftRoom(7);
  expect(seen.fresh(said(1))).toBeDefined();
});
