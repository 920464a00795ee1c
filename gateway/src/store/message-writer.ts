/**
 * Stores messages, all that wait in one statement, and with each the answer to its request, so that a retry finds its message instead of
 * storing another. After the commit, and in the order of ids, the stored ones are handed on for delivery.
 */
import { sql } from 'kysely';
import {
  GROUP,
  type JsonObject,
  type MessageContent,
  SINGLE,
  type WireMessage,
} from '../../../src/protocol/index.js';
import { type Answer, success } from '../answers.js';
import { Gatherer } from '../gather.js';
import { type MessageIds, timeOf } from './message-ids.js';
import type { Database } from './schema.js';

/** Rows in one statement: beyond it nothing gets faster, and answers wait longer. */
const MAX_LOT = 250;

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
}

interface Hooks {
  isOnline(uid: number): boolean;
  /** Must not fail. */
  onStored(messages: readonly StoredMessage[]): Promise<void>;
  now(): number;
}

export class MessageWriter {
  readonly #gatherer: Gatherer<NewMessage, Answer>;

  constructor(
    private readonly db: Database,
    private readonly ids: MessageIds,
    private readonly hooks: Hooks,
  ) {
    this.#gatherer = new Gatherer((messages) => this.#store(messages), MAX_LOT);
  }

  /** @returns the answer to the request; for a retry the first one */
  send(message: NewMessage): Promise<Answer> {
    return this.#gatherer.add(message);
  }

  async #store(messages: readonly NewMessage[]): Promise<Answer[]> {
    // A retry can wait together with its first try.
    const distinct = new Map(messages.map((message) => [message.key, message]));
    const stored = [...distinct.values()].map((message) => this.#prepare(message));
    const fresh = await this.#insert(stored);
    const answers = new Map<string, Answer>();
    const isNew = stored.filter(({ message }) => fresh.has(message.from.key));
    for (const { message, answer } of isNew) answers.set(message.from.key, answer);
    await this.hooks.onStored(isNew.map(({ message }) => message));

    const retried = messages.map(({ key }) => key).filter((key) => !answers.has(key));
    if (retried.length > 0) {
      const rows = await this.db
        .selectFrom('request')
        .select(['key', 'answer_json'])
        .where('key', 'in', retried)
        .execute();
      for (const row of rows) answers.set(row.key, JSON.parse(row.answer_json));
    }
    return messages.map(({ key }) => {
      const answer = answers.get(key);
      if (answer) return answer;
      throw new Error('a request is neither new nor answered');
    });
  }

  #prepare(from: NewMessage): { message: StoredMessage; answer: Answer } {
    const msg_id = this.ids.next();
    const ctime_ms = timeOf(msg_id);
    const message: StoredMessage = {
      from,
      delivered:
        from.gid === 0 &&
        from.sender !== from.recipient &&
        (!from.noOffline || this.hooks.isOnline(from.recipient)),
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
    const { gid, needReceipt, receivers } = from;
    const group = gid === 0 ? {} : { target_gid: gid, unread_count: needReceipt ? receivers : 0 };
    return { message, answer: success({ msg_id, ctime_ms, ...group }) };
  }

  /** @returns the keys of those that were new */
  async #insert(stored: { message: StoredMessage; answer: Answer }[]): Promise<Set<string>> {
    const input = stored.map(({ message: { from, delivered, wire }, answer }) => ({
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
      content_json: JSON.stringify(from.content),
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
        select key, answer_json, ${this.hooks.now()}::bigint from input
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
        select sender as uid, recipient as peer, msg_id, false as pending from accepted where gid = 0
        union all
        select recipient, sender, msg_id, true from accepted where delivered
      ),
      mailed as (insert into mailbox (uid, peer, msg_id, pending) select uid, peer, msg_id, pending from boxed),
      conversed as (
        insert into conversation (uid, peer, last_msg_id)
        select uid, peer, max(msg_id) from boxed group by uid, peer
        on conflict (uid, peer) do update set last_msg_id = greatest(conversation.last_msg_id, excluded.last_msg_id)
      )
      select key from fresh`.execute(this.db);
    return new Set(rows.map(({ key }) => key));
  }
}
