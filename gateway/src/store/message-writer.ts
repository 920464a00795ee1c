/**
 * Stores messages: once for each request, in the order of ids, with the mailboxes and conversations that they go to.
 */
import { sql } from 'kysely';
import type { JsonObject } from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import type { Place } from '../util/group-commit.js';
import { IdempotentWriter, type Prepared } from './idempotent-writer.js';
import { timeOf } from './message-ids.js';
import { type EncodedMessage, encodedMessageOf } from './messages.js';
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
  /** A `MessageContent`. As one text it is cheaper to keep until it is stored. */
  contentJson: string;
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
  encoded: EncodedMessage;
}

interface Hooks {
  /** Looks up who is online elsewhere, where there is an elsewhere. */
  ready?(messages: readonly NewMessage[]): Promise<void>;
  isOnline(uid: number): boolean;
  /** Before the commit: they have their ids. */
  onPrepared?(message: StoredMessage): void;
  /** The time between two commits of this node, of several. */
  gapMs?(): number;
  /** Must not fail. */
  onStored(messages: readonly StoredMessage[], committed: Committed | undefined): Promise<void>;
  now(): number;
}

export class MessageWriter extends IdempotentWriter<NewMessage, StoredMessage> {
  constructor(db: Database, order: Order, hooks: Hooks) {
    const { ready, gapMs } = hooks;
    super(db, order, {
      ...(ready && { ready: (messages: readonly NewMessage[]) => ready(messages) }),
      ...(gapMs && { gapMs }),
      prepare: (from, ids) => prepare(from, ids, hooks),
      insert: (within, prepared, place) => insert(within, prepared, place, hooks.now()),
      heedsPlace: true,
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
    delivered:
      from.gid === 0 && from.sender !== from.recipient && (!from.noOffline || hooks.isOnline(from.recipient)),
    encoded: encodedMessageOf(
      {
        msg_id,
        sender: from.sender,
        gid: from.gid,
        msg_level: from.msgLevel,
        need_receipt: from.needReceipt,
        custom_notification: from.customNotification ?? null,
      },
      from.contentJson,
    ),
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
  { number, after }: Place,
  nowMs: number,
): Promise<Set<string>> {
  // One parameter for any number of rows. PostgreSQL reads JSON faster than parameters.
  const { rows } = await sql<{ known_key: string }>`
      select known_key from store_lot(
        ${rowsOf(prepared)}::json, ${nowMs}::bigint, ${dayOf(nowMs)}::integer, ${ROW_BYTES}::integer,
        ${number}::bigint, ${after ?? null}::bigint
      )`.execute(db);
  const fresh = new Set(prepared.map(({ key }) => key));
  for (const { known_key } of rows) fresh.delete(known_key);
  return fresh;
}

/** The rows as `store_messages` reads them. */
function rowsOf(prepared: readonly Prepared<StoredMessage>[]): string {
  const rows = prepared.map(({ stored: { from, delivered, encoded }, answer }) => ({
    key: from.key,
    answer_json: JSON.stringify(answer),
    msg_id: encoded.msg_id,
    sender: from.sender,
    recipient: from.recipient,
    gid: from.gid,
    receivers: from.receivers,
    no_offline: from.noOffline,
    msg_level: from.msgLevel,
    need_receipt: from.needReceipt,
    custom_notification_json: from.customNotification ? JSON.stringify(from.customNotification) : null,
    content_json: from.contentJson,
    delivered,
  }));
  return JSON.stringify(rows);
}
