/**
 * Stores messages: once for each request, in the order of ids, with the mailboxes and conversations that they go to.
 */
import { sql } from 'kysely';
import {
  GROUP,
  type JsonObject,
  type MessageContent,
  SINGLE,
  type WireMessage,
} from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import { IdempotentWriter, type Prepared } from './idempotent-writer.js';
import { timeOf } from './message-ids.js';
import type { Committed, Ids, Order } from './order.js';
import type { Database } from './schema.js';
import { dayOf, ROW_BYTES } from './volume.js';

export interface NewMessage {
  /** See `requestKey`. */
  key: string;
  sender: number;
  /** 0 for a group's message. */
  recipient: number;
  /** 0 for a single message. */
  gid: number;
  /** How many others it goes to. */
  receivers: number;
  msgLevel: 0 | 1;
  needReceipt: boolean;
  customNotification: JsonObject | undefined;
  content: MessageContent;
  /** Of its request: what it costs to hand it on. */
  bytes: number;
  /** Not to be kept for a recipient who is away. */
  noOffline: boolean;
  /** Identifies the session that sent it. */
  origin: string;
}

export interface StoredMessage {
  from: NewMessage;
  /** Whether the recipient's mailbox has it; never for a group, which has no mailboxes. */
  delivered: boolean;
  wire: WireMessage;
  /** Its content, as stored. */
  contentJson: string;
}

interface Hooks {
  /** Looks up who is online elsewhere, where there is an elsewhere. */
  ready?(messages: readonly NewMessage[]): Promise<void>;
  isOnline(uid: number): boolean;
  /** Before the commit: they have their ids. */
  onPrepared?(message: StoredMessage): void;
  /** Must not fail. */
  onStored(messages: readonly StoredMessage[], committed: Committed | undefined): Promise<void>;
  now(): number;
}

export class MessageWriter extends IdempotentWriter<NewMessage, StoredMessage> {
  constructor(db: Database, order: Order, hooks: Hooks) {
    const { ready } = hooks;
    super(db, order, {
      ...(ready && { ready: (messages: readonly NewMessage[]) => ready(messages) }),
      prepare: (from, ids) => prepare(from, ids, hooks),
      insert: (within, prepared) => insert(within, prepared, hooks.now()),
      onStored: (messages, committed) => hooks.onStored(messages, committed),
      senderOf: ({ sender }) => sender,
      costOf: ({ bytes, receivers }) => bytes * (1 + receivers),
    });
  }
}

function prepare(from: NewMessage, ids: Ids, hooks: Hooks): Prepared<StoredMessage> {
  const msg_id = ids.next();
  const ctime_ms = timeOf(msg_id);
  const stored: StoredMessage = {
    from,
    contentJson: JSON.stringify(from.content),
    delivered:
      from.gid === 0 && from.sender !== from.recipient && (!from.noOffline || hooks.isOnline(from.recipient)),
    wire: {
      msg_id,
      msg_type: from.gid === 0 ? SINGLE : GROUP,
      from_uid: from.sender,
      from_gid: from.gid,
      ctime_ms,
      msg_level: from.msgLevel,
      need_receipt: from.needReceipt,
      custom_notification: from.customNotification,
      content: from.content,
    },
  };
  hooks.onPrepared?.(stored);
  const { gid, recipient, needReceipt, receivers } = from;
  // `key` is the conversation's, as in the list of conversations: a first message makes one, which its page has had no key for.
  const target =
    gid === 0 ? { key: recipient } : { key: gid, target_gid: gid, unread_count: needReceipt ? receivers : 0 };
  return { key: from.key, stored, answer: success({ msg_id, ctime_ms, ...target }) };
}

/** @returns the keys of those that were new */
async function insert(
  db: Database,
  prepared: readonly Prepared<StoredMessage>[],
  nowMs: number,
): Promise<Set<string>> {
  const input = prepared.map(({ stored: { from, delivered, wire, contentJson }, answer }) => ({
    key: from.key,
    answer_json: JSON.stringify(answer),
    msg_id: wire.msg_id,
    sender: from.sender,
    recipient: from.recipient,
    gid: from.gid,
    receivers: from.receivers,
    no_offline: from.noOffline,
    msg_level: from.msgLevel,
    need_receipt: from.needReceipt,
    custom_notification_json: from.customNotification ? JSON.stringify(from.customNotification) : null,
    content_json: contentJson,
    delivered,
  }));
  // One parameter whatever the number of rows: the statement is the same each time, and PostgreSQL reads JSON faster than parameters.
  const { rows } = await sql<{ key: string }>`
      with input as (
        select * from json_to_recordset(${JSON.stringify(input)}::json) as input (
          key text, answer_json text, msg_id bigint, sender bigint, recipient bigint, gid bigint, receivers integer,
          no_offline boolean, msg_level smallint,
          need_receipt boolean, custom_notification_json text, content_json text, delivered boolean
        )
      ),
      fresh as (
        insert into request (key, answer_json, created_ms)
        select key, answer_json, ${nowMs}::bigint from input
        on conflict do nothing returning key
      ),
      accepted as (select input.* from input join fresh using (key)),
      stored as (
        insert into message (
          msg_id, sender, recipient, gid, receivers, no_offline, msg_level, need_receipt, custom_notification_json,
          content_json
        )
        select
          msg_id, sender, recipient, gid, receivers, no_offline, msg_level, need_receipt, custom_notification_json,
          content_json
        from accepted
      ),
      grouped as (
        update chat_group set last_msg_id = latest.msg_id
        from (select gid, max(msg_id) as msg_id from accepted where gid > 0 group by gid) as latest
        where chat_group.gid = latest.gid
      ),
      boxed as (
        select sender as uid, recipient as peer, msg_id, false as pending, true as own from accepted where gid = 0
        union all
        select recipient, sender, msg_id, true, false from accepted where delivered
      ),
      mailed as (insert into mailbox (uid, peer, msg_id, pending, own) select uid, peer, msg_id, pending, own from boxed),
      conversed as (
        insert into conversation (uid, peer, last_msg_id)
        select uid, peer, max(msg_id) from boxed group by uid, peer
        on conflict (uid, peer) do update set last_msg_id = greatest(conversation.last_msg_id, excluded.last_msg_id)
      ),
      counted as (
        insert into stored_volume (uid, day, items, bytes)
        select sender, ${dayOf(nowMs)}::integer, count(*), sum(length(content_json) + ${ROW_BYTES}::integer)
        from accepted where key not like 'rest-%' group by sender
        on conflict (uid, day) do update
        set items = stored_volume.items + excluded.items, bytes = stored_volume.bytes + excluded.bytes
      )
      select key from fresh`.execute(db);
  return new Set(rows.map(({ key }) => key));
}
