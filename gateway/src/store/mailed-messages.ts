/** Messages as the mailbox of an account shows them, read as one text. As rows of their own, PGlite hands them over in three times the time. */
import { sql } from 'kysely';
import { GROUP, type ReceiptChange, SINGLE, type WireMessage } from '../../../src/protocol/index.js';
import { timeOf } from './message-ids.js';
import { wireMessageOf } from './messages.js';
import type { Database } from './schema.js';

/** A message with its conversation: the other user's, or the group's. */
export interface MailedMessage {
  conversation: {
    msg_type: 3 | 4;
    /** uid or gid. */
    key: number;
    from_appkey: string;
    from_username: string;
    from_gid: number;
  };
  wire: WireMessage;
  /** Of the account's own messages that asked for receipts. */
  receipt?: MailedReceipt;
}

export type MailedReceipt = ReceiptChange['receipt_msgs'][number];

/** A row of `mailed_messages`. */
type MailedRow = [
  msg_id: number,
  sender: number,
  gid: number,
  receivers: number,
  msg_level: number,
  need_receipt: boolean,
  custom_notification: WireMessage['custom_notification'] | null,
  content: WireMessage['content'],
  peer: number | null,
  username: string | null,
  appkey: string | null,
  unread_count: number | null,
  change_id: number | null,
];

/**
 * In the order of ids; what is no longer there is left out.
 * @param maxBytes of contents: messages beyond it are left out, except for the first one
 */
export async function readMailed(
  db: Database,
  uid: number,
  ids: readonly number[],
  maxBytes: number,
): Promise<MailedMessage[]> {
  const { rows } = await sql<{ mailed: string | null }>`
    select mailed_messages(${uid}::bigint, ${`{${ids.join()}}`}::bigint[], ${maxBytes}::bigint) as mailed`.execute(
    db,
  );
  const mailed: MailedRow[] = JSON.parse(rows[0]?.mailed ?? '[]');
  return mailed.map((row) => mailedOf(row, uid));
}

function mailedOf(
  [
    msg_id,
    sender,
    gid,
    receivers,
    msg_level,
    need_receipt,
    custom_notification,
    content,
    peer,
    username,
    appkey,
    unread_count,
    change_id,
  ]: MailedRow,
  uid: number,
): MailedMessage {
  return {
    conversation: {
      msg_type: gid === 0 ? SINGLE : GROUP,
      key: gid === 0 ? (peer ?? 0) : gid,
      from_appkey: appkey ?? '',
      from_username: username ?? '',
      from_gid: gid,
    },
    wire: wireMessageOf({ msg_id, sender, gid, msg_level, need_receipt, custom_notification, content }),
    ...(need_receipt &&
      sender === uid && {
        receipt: { msg_id, unread_count: unread_count ?? receivers, mtime: timeOf(change_id ?? msg_id) },
      }),
  };
}
