/**
 * Checks the server's pushes, and gives them the form that the API documents. A server is trusted no further than a page: a push without the
 * documented shape is discarded, and throws no exception.
 */
import * as v from 'valibot';
import {
  count,
  GROUP,
  id,
  integer,
  jsonObject,
  type Message,
  type MessageContent,
  type ReceiptChange,
  type RoomMessage,
  SINGLE,
  type SyncedConversation,
  type TransMessage,
  type WireEvent,
  type WireMessage,
} from '../../protocol/worker.js';

const content = v.looseObject({
  from_id: v.string(),
  target_id: v.optional(v.union([v.string(), v.number()])),
  target_appkey: v.optional(v.string()),
  from_appkey: v.optional(v.string()),
  create_time: v.optional(v.number()),
  msg_type: v.string(),
  msg_body: jsonObject,
});

const message = v.looseObject({
  msg_id: id,
  msg_type: v.picklist([SINGLE, GROUP]),
  from_uid: v.optional(count, 0),
  from_gid: v.optional(count, 0),
  ctime_ms: count,
  msg_level: v.optional(count, 0),
  need_receipt: v.optional(v.unknown(), false),
  content,
});

const syncedConversation = v.looseObject({
  msg_type: v.picklist([SINGLE, GROUP]),
  key: count,
  from_appkey: v.optional(v.string()),
  from_username: v.optional(v.string()),
  from_gid: v.optional(count),
  unsync_count: v.optional(count, 0),
  receipt_msgs: v.optional(v.array(v.unknown()), []),
  msgs: v.array(v.unknown()),
});

const messages = v.object({ messages: v.array(v.unknown()) });
const syncedConversations = v.object({ sync_key: count, messages: v.array(v.unknown()) });

const notification = v.looseObject({
  event_id: count,
  event_type: count,
  from_uid: v.optional(count),
  gid: v.optional(count),
  extra: v.optional(integer),
});

function parse<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> | undefined {
  const result = v.safeParse(schema, input, { abortEarly: true });
  return result.success ? result.output : undefined;
}

const parseAll = <T>(list: readonly unknown[], one: (input: unknown) => T | undefined): T[] =>
  list.flatMap((input) => one(input) ?? []);

/** A wire message in the form of the API. */
export function toMessage(input: unknown): Message | undefined {
  const parsed = parse(message, input) as WireMessage | undefined;
  if (!parsed) return undefined;
  const single = parsed.msg_type === SINGLE;
  const { sui_mtime: _, ...content } = parsed.content;
  return {
    ...parsed,
    content: content as MessageContent,
    msg_level: parsed.msg_level === 1 ? 'across' : 'normal',
    need_receipt: Boolean(parsed.need_receipt),
    key: single ? parsed.from_uid : parsed.from_gid,
    ...(single && { from_username: parsed.content.from_id, from_appkey: parsed.content.from_appkey }),
  } as Message;
}

export function parseMsgSync(payload: unknown): Message[] {
  const parsed = parse(messages, payload);
  return parsed ? parseAll(parsed.messages, toMessage) : [];
}

export function parseSyncConversation(
  payload: unknown,
): { syncKey: number; conversations: SyncedConversation[] } | undefined {
  const parsed = parse(syncedConversations, payload);
  return parsed && { syncKey: parsed.sync_key, conversations: parseAll(parsed.messages, toConversation) };
}

function toConversation(input: unknown): SyncedConversation | undefined {
  const parsed = parse(syncedConversation, input);
  if (!parsed) return undefined;
  const { unsync_count, msgs, receipt_msgs, ...rest } = parsed;
  return {
    ...rest,
    unread_msg_count: unsync_count,
    receipt_msgs,
    msgs: parseAll(msgs, toMessage),
  } as SyncedConversation;
}

const receipt = v.looseObject({
  type: v.picklist([SINGLE, GROUP]),
  gid: v.optional(count),
  appkey: v.optional(v.string()),
  username: v.optional(v.string()),
  receipt_msgs: v.array(v.looseObject({ msg_id: id, unread_count: count })),
});

const trans = v.looseObject({ type: v.picklist([3, 4, 5]), cmd: v.string() });

const roomMessage = v.looseObject({ room_id: id, msg_id: id, ctime_ms: count, content });

const syncedEvents = v.object({ sync_key: count, events: v.array(v.unknown()) });
const syncedReceipts = v.object({ sync_key: count, receipts: v.array(v.unknown()) });
const roomHistory = v.object({
  messages: v.array(v.looseObject({ room_id: v.optional(id), msgs: v.array(v.unknown()) })),
});

export function parseNotification(payload: unknown): WireEvent | undefined {
  return parse(notification, payload) as WireEvent | undefined;
}

export function parseSyncEvent(payload: unknown): { syncKey: number; events: WireEvent[] } | undefined {
  const parsed = parse(syncedEvents, payload);
  return parsed && { syncKey: parsed.sync_key, events: parseAll(parsed.events, parseNotification) };
}

export function parseReceipt(payload: unknown): ReceiptChange | undefined {
  return parse(receipt, payload) as ReceiptChange | undefined;
}

export function parseSyncReceipt(
  payload: unknown,
): { syncKey: number; receipts: ReceiptChange[] } | undefined {
  const parsed = parse(syncedReceipts, payload);
  return parsed && { syncKey: parsed.sync_key, receipts: parseAll(parsed.receipts, parseReceipt) };
}

export function parseTrans(payload: unknown): TransMessage | undefined {
  return parse(trans, payload) as TransMessage | undefined;
}

export function parseRoomMessage(payload: unknown): RoomMessage | undefined {
  return parse(roomMessage, payload) as RoomMessage | undefined;
}

/** Oldest first. */
export function parseRoomHistory(payload: unknown): RoomMessage[] {
  const parsed = parse(roomHistory, payload);
  if (!parsed) return [];
  return parsed.messages
    .flatMap(({ room_id, msgs }) =>
      parseAll(msgs, (one) => parseRoomMessage(typeof one === 'object' ? { room_id, ...one } : one)),
    )
    .sort((a, b) => a.msg_id - b.msg_id);
}
