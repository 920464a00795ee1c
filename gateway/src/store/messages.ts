/** Single stored messages: looked up by id, and taken back. */
import { type Kysely, sql, type Transaction } from 'kysely';
import { GROUP, SINGLE, type WireMessage } from '../../../src/protocol/index.js';
import { timeOf } from './message-ids.js';
import type { Tables } from './schema.js';

/** A message without its content. */
interface MessageHead {
  msg_id: number;
  sender: number;
  /** 0 for a group's message. */
  recipient: number;
  /** 0 for a single message. */
  gid: number;
  need_receipt: boolean;
}

/** The columns of a message that the wire has, without its content. */
type WireColumns = Omit<MessageHead, 'recipient'> & {
  msg_level: number;
  custom_notification: WireMessage['custom_notification'] | null;
};

const wireHeadOf = ({
  msg_id,
  sender,
  gid,
  msg_level,
  need_receipt,
  custom_notification,
}: WireColumns): Omit<WireMessage, 'content'> => ({
  msg_id,
  msg_type: gid === 0 ? SINGLE : GROUP,
  from_uid: sender,
  from_gid: gid,
  ctime_ms: timeOf(msg_id),
  msg_level: msg_level === 0 ? 0 : 1,
  need_receipt,
  custom_notification: custom_notification ?? undefined,
});

/** A stored message on the wire. */
export const wireMessageOf = (row: WireColumns & { content: WireMessage['content'] }): WireMessage =>
  Object.assign(wireHeadOf(row), { content: row.content });

/** A message as JSON. Its content is encoded once: for the database and for every push. */
export interface EncodedMessage {
  msg_id: number;
  from_gid: number;
  /** A `WireMessage`. */
  json: string;
}

export const encodedMessageOf = (columns: WireColumns, contentJson: string): EncodedMessage => ({
  msg_id: columns.msg_id,
  from_gid: columns.gid,
  json: `${JSON.stringify(wireHeadOf(columns)).slice(0, -1)},"content":${contentJson}}`,
});

/** @param db the transaction, inside of a change */
export function findMessage(db: Kysely<Tables>, msgId: number): Promise<MessageHead | undefined> {
  return db
    .selectFrom('message')
    .select(['msg_id', 'sender', 'recipient', 'gid', 'need_receipt'])
    .where('msg_id', '=', msgId)
    .executeTakeFirst();
}

/** Whether the message was sent by the account, to it, or to a group that it was in already. */
export async function takesPart(db: Kysely<Tables>, uid: number, message: MessageHead): Promise<boolean> {
  if (message.sender === uid || message.recipient === uid) return true;
  const row = await db
    .selectFrom('group_member')
    .select('uid')
    .where('gid', '=', message.gid)
    .where('uid', '=', uid)
    .where('joined_msg_id', '<', message.msg_id)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns the account that retracted it */
export async function retractedBy(
  transaction: Transaction<Tables>,
  msgId: number,
): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('retracted')
    .select('sender')
    .where('msg_id', '=', msgId)
    .executeTakeFirst();
  return row?.sender;
}

/** Nothing of the message is left but the fact, so that nothing that shows messages has to know of this. */
export async function retract(
  transaction: Transaction<Tables>,
  { msg_id, sender, recipient }: MessageHead,
): Promise<void> {
  await sql`
    with noted as (insert into retracted (msg_id, sender) values (${msg_id}, ${sender})),
    unboxed as (
      delete from mailbox where msg_id = ${msg_id}
        and ((uid = ${sender} and peer = ${recipient}) or (uid = ${recipient} and peer = ${sender}))
    ),
    unread as (delete from reader where msg_id = ${msg_id}),
    unreceipted as (delete from receipt where msg_id = ${msg_id})
    delete from message where msg_id = ${msg_id}`.execute(transaction);
}
