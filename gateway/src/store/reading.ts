/** The read marks of an account, one for each conversation. Receiving a message and reading it are two things. */
import { sql, type Transaction } from 'kysely';
import { GROUP, SINGLE } from '../../../src/protocol/index.js';
import { countSource, type MailSource } from './mail-sources.js';
import type { Database, Tables } from './schema.js';

export interface UnreadLimits {
  /** The lowest id that counts. */
  oldest: number;
  /** Of each conversation; beyond it nothing is counted. */
  count: number;
}

export interface Unread {
  type: number;
  /** uid or gid. */
  key: number;
  count: number;
}

/** How many messages of others lie beyond the account's marks; conversations without any are left out. */
export async function unreadCounts(db: Database, uid: number, limits: UnreadLimits): Promise<Unread[]> {
  const counts: Unread[] = [];
  for (const [type, source] of [
    [SINGLE, unreadOfUsers(uid, limits)],
    [GROUP, unreadInGroups(uid, limits)],
  ] as const) {
    for (const [key, count] of await countSource(db, source)) counts.push({ type, key, count });
  }
  return counts;
}

const unreadOfUsers = (uid: number, { oldest, count }: UnreadLimits): MailSource => ({
  conversations: sql`
    select target, mark from (
      select conversation.peer as target, last_msg_id,
        greatest(coalesce(read_mark.msg_id, 0), ${oldest}::bigint - 1) as mark
      from conversation
      left join read_mark on read_mark.uid = ${uid} and type = ${SINGLE} and read_mark.key = conversation.peer
      where conversation.uid = ${uid}
    ) as marked where last_msg_id > mark`,
  messages: sql`
    select msg_id from mailbox
    where mailbox.uid = ${uid} and mailbox.peer = lot.target and mailbox.msg_id > lot.mark and not own
    limit ${count}`,
});

/** Of shielded groups nothing. */
const unreadInGroups = (uid: number, { oldest, count }: UnreadLimits): MailSource => ({
  conversations: sql`
    select target, mark from (
      select member.gid as target, last_msg_id,
        greatest(coalesce(read_mark.msg_id, 0), member.joined_msg_id, ${oldest}::bigint - 1) as mark
      from group_member as member
      join chat_group using (gid)
      left join read_mark on read_mark.uid = ${uid} and type = ${GROUP} and read_mark.key = member.gid
      where member.uid = ${uid} and not exists (
        select from listed where listed.uid = ${uid} and list = 'shield' and listed.target = member.gid
      )
    ) as marked where last_msg_id > mark`,
  messages: sql`
    select msg_id from message
    where message.gid = lot.target and message.gid > 0 and msg_id > lot.mark and sender <> ${uid} and not no_offline
    limit ${count}`,
});

/**
 * Everything that a conversation has so far is read.
 * @returns whether something was not
 */
export async function markRead(
  transaction: Transaction<Tables>,
  uid: number,
  type: 3 | 4,
  key: number,
): Promise<boolean> {
  const newest =
    type === SINGLE
      ? sql`select last_msg_id from conversation where uid = ${uid} and peer = ${key}`
      : sql`select last_msg_id from chat_group where gid = ${key}`;
  const { rows } = await sql`
    insert into read_mark (uid, type, key, msg_id)
    select ${uid}::bigint, ${type}::smallint, ${key}::bigint, last_msg_id from (${newest}) as newest where last_msg_id > 0
    on conflict (uid, type, key) do update set msg_id = excluded.msg_id where read_mark.msg_id < excluded.msg_id
    returning msg_id`.execute(transaction);
  return rows.length > 0;
}
