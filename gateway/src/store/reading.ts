/** The read marks of an account, one for each conversation. Receiving a message and reading it are two things. */
import { sql, type Transaction } from 'kysely';
import { GROUP, SINGLE } from '../../../src/protocol/index.js';
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
  const { oldest, count } = limits;
  const { rows } = await sql<Unread>`
    with single as (
      select conversation.peer as key, greatest(coalesce(read_mark.msg_id, 0), ${oldest}::bigint - 1) as mark
      from conversation
      left join read_mark on read_mark.uid = ${uid} and type = ${SINGLE} and read_mark.key = conversation.peer
      where conversation.uid = ${uid} and last_msg_id > greatest(coalesce(read_mark.msg_id, 0), ${oldest}::bigint - 1)
    ),
    grouped as (
      select member.gid as key,
        greatest(coalesce(read_mark.msg_id, 0), member.joined_msg_id, ${oldest}::bigint - 1) as mark
      from group_member as member
      join chat_group using (gid)
      left join read_mark on read_mark.uid = ${uid} and type = ${GROUP} and read_mark.key = member.gid
      where member.uid = ${uid}
        and last_msg_id > greatest(coalesce(read_mark.msg_id, 0), member.joined_msg_id, ${oldest}::bigint - 1)
        and not exists (
          select from listed where listed.uid = ${uid} and list = 'shield' and target = member.gid
        )
    )
    select ${SINGLE}::int as type, key, unread.count from single cross join lateral (
      select count(*) as count from (
        select from mailbox
        where mailbox.uid = ${uid} and mailbox.peer = single.key and mailbox.msg_id > single.mark and not own
        limit ${count}
      ) as counted
    ) as unread where unread.count > 0
    union all
    select ${GROUP}::int, key, unread.count from grouped cross join lateral (
      select count(*) as count from (
        select from message
        where message.gid = grouped.key and message.gid > 0 and msg_id > grouped.mark
          and sender <> ${uid} and not no_offline
        limit ${count}
      ) as counted
    ) as unread where unread.count > 0`.execute(db);
  return rows.map(({ type, key, count: unread }) => ({ type, key, count: Number(unread) }));
}

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
