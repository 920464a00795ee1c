/**
 * Receipts: who has read which message, and how its sender hears of it. Only messages that asked for receipts have them. Changes have
 * increasing ids and are committed in that order (see `Changes`), so that a sender's key says what it has heard of.
 */
import { sql, type Transaction } from 'kysely';
import { GROUP, type ReceiptChange, SINGLE, type UserName } from '../../../src/protocol/index.js';
import { accountOf, PROFILE_COLUMNS, userNameOf } from './accounts.js';
import { idList } from './id-list.js';
import { Marks } from './marks.js';
import { timeOf } from './message-ids.js';
import type { Database, Tables } from './schema.js';

/** Changes that are read from the database at once. */
const READ_AT_ONCE = 500;

/** A message's count of those who have not read it, as it is after a change. */
export interface Receipt {
  msg_id: number;
  sender: number;
  /** Of a single message; 0 for a group's. */
  recipient: number;
  /** 0 for a single message. */
  gid: number;
  unread_count: number;
  change_id: number;
}

/** The messages of one conversation that an account reports as read. */
export interface Report {
  /** The other user, or 0. */
  peer: number;
  /** The group, or 0. */
  gid: number;
  msgIds: readonly number[];
}

/** The senders of the messages that a report names. */
export async function sendersOf(
  transaction: Transaction<Tables>,
  reports: readonly Report[],
): Promise<number[]> {
  const ids = reports.flatMap(({ msgIds }) => msgIds);
  const { rows } = await sql<{ sender: number }>`
    select distinct sender from message
    where msg_id in ${idList(ids)}`.execute(transaction);
  return rows.map(({ sender }) => sender);
}

/**
 * Takes note of what the account has read. It ignores messages that were not sent to it, did not ask for a receipt, or were reported before.
 * @returns the receipts that changed
 */
export async function recordReading(
  transaction: Transaction<Tables>,
  uid: number,
  reports: readonly Report[],
  nextId: () => number,
): Promise<Receipt[]> {
  const input = reports.flatMap(({ peer, gid, msgIds }) => msgIds.map((msg_id) => ({ msg_id, peer, gid })));
  const { rows: read } = await sql<{ msg_id: number }>`
    insert into reader (msg_id, uid)
    select distinct message.msg_id, ${uid}::bigint
    from json_to_recordset(${JSON.stringify(input)}::json) as input (msg_id bigint, peer bigint, gid bigint)
    join message on message.msg_id = input.msg_id and message.gid = input.gid
    where message.need_receipt and message.sender <> ${uid} and (
      (message.gid = 0 and message.sender = input.peer and message.recipient = ${uid})
      or exists (
        select from group_member as member
        where message.gid > 0 and member.gid = message.gid and member.uid = ${uid}
          and member.joined_msg_id < message.msg_id
      )
    )
    on conflict do nothing returning msg_id`.execute(transaction);
  if (read.length === 0) return [];
  const changes = read.map(({ msg_id }) => ({ msg_id, change_id: nextId() }));
  const { rows } = await sql<Receipt>`
    with changed as (
      insert into receipt (msg_id, sender, unread_count, change_id)
      select msg_id, sender, greatest(0, receivers - 1), change_id
      from json_to_recordset(${JSON.stringify(changes)}::json) as change (msg_id bigint, change_id bigint)
      join message using (msg_id)
      on conflict (msg_id) do update
        set unread_count = greatest(0, receipt.unread_count - 1), change_id = excluded.change_id
      returning msg_id, unread_count, change_id
    )
    select changed.*, message.sender, message.recipient, message.gid
    from changed join message using (msg_id) order by change_id`.execute(transaction);
  return rows;
}

/** The recipients that have read a message, and the others. A member who left without reading is in neither list. */
export async function readersOf(
  db: Database,
  message: { msg_id: number; sender: number; recipient: number; gid: number },
): Promise<{ unread_list: UserName[]; read_list: UserName[] }> {
  const { msg_id, sender, recipient, gid } = message;
  const rows = await db
    .selectFrom('account')
    .leftJoin('reader', (join) =>
      join.onRef('reader.uid', '=', 'account.uid').on('reader.msg_id', '=', msg_id),
    )
    .select(PROFILE_COLUMNS.map((column) => `account.${column}` as const))
    .select('reader.msg_id as read_msg_id')
    .where(
      sql<boolean>`account.uid in (
        select ${recipient}::bigint where ${recipient}::bigint <> ${sender}
        union select uid from group_member where gid = ${gid} and joined_msg_id < ${msg_id} and uid <> ${sender}
        union select uid from reader where msg_id = ${msg_id}
      )`,
    )
    .orderBy('account.uid')
    .execute();
  const named = (isRead: boolean): UserName[] =>
    rows
      .filter(({ read_msg_id }) => (read_msg_id !== null) === isRead)
      .map((row) => userNameOf(accountOf(row)));
  return { unread_list: named(false), read_list: named(true) };
}

export class Receipts {
  readonly marks: Marks;

  constructor(private readonly db: Database) {
    this.marks = new Marks(db, 'receipts');
  }

  /** The changes in between, oldest first, in chunks with their last keys. */
  async *missed(
    uid: number,
    after: number,
    upTo: number,
  ): AsyncGenerator<{ key: number; receipts: ReceiptChange[] }> {
    let from = after;
    for (;;) {
      const rows = await this.db
        .selectFrom('receipt')
        .innerJoin('message', 'message.msg_id', 'receipt.msg_id')
        .leftJoin('account', 'account.uid', 'message.recipient')
        .select(['receipt.msg_id', 'unread_count', 'change_id', 'gid', 'appkey', 'username'])
        .where('receipt.sender', '=', uid)
        .where('change_id', '>', from)
        .where('change_id', '<=', upTo)
        .orderBy('change_id')
        .limit(READ_AT_ONCE)
        .execute();
      const last = rows.at(-1);
      if (!last) return;
      const isLast = rows.length < READ_AT_ONCE;
      yield { key: isLast ? upTo : last.change_id, receipts: byConversation(rows) };
      if (isLast) return;
      from = last.change_id;
    }
  }
}

type Row = Pick<Receipt, 'msg_id' | 'unread_count' | 'change_id' | 'gid'> & {
  /** Of the recipient of a single message. */
  appkey: string | null;
  username: string | null;
};

/** As the wire has them. */
export function byConversation(rows: readonly Row[]): ReceiptChange[] {
  const conversations = new Map<string, ReceiptChange>();
  for (const { msg_id, unread_count, change_id, gid, appkey, username } of rows) {
    const name = JSON.stringify([gid, appkey, username]);
    const conversation: ReceiptChange = conversations.get(name) ?? {
      ...(gid > 0 ? { type: GROUP, gid } : { type: SINGLE, appkey: appkey ?? '', username: username ?? '' }),
      receipt_msgs: [],
    };
    conversation.receipt_msgs.push({ msg_id, unread_count, mtime: timeOf(change_id) });
    conversations.set(name, conversation);
  }
  return [...conversations.values()];
}
