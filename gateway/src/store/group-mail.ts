/**
 * Group messages as their members see them. A message is stored once for the group. Two marks give a member's share: the start of the
 * membership, and the last acknowledgement. Nothing is written for each member.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Conversation } from '../../../src/protocol/index.js';
import { GROUP } from '../../../src/protocol/index.js';
import { timeOf } from './message-ids.js';
import type { Database, Tables } from './schema.js';

/** Groups with something that the member has not acknowledged; shielded ones have nothing. */
const waiting = (uid: number): RawBuilder<unknown> => sql`
  select member.gid, member.acked_msg_id from group_member as member
  join chat_group on chat_group.gid = member.gid and chat_group.last_msg_id > member.acked_msg_id
  where member.uid = ${uid} and not exists (
    select from listed where listed.uid = ${uid} and list = 'shield' and target = member.gid
  )`;

interface PendingLimits {
  /** The lowest id that is still kept for those who are away. */
  oldest: number;
  /** Of each group. */
  count: number;
}

/** A query of gid and msg_id: what others wrote and the member has not acknowledged, of each group the latest. */
export const pendingInGroups = (uid: number, { oldest, count }: PendingLimits): RawBuilder<unknown> => sql`
  select waiting.gid, latest.msg_id from (${waiting(uid)}) as waiting
  cross join lateral (
    select msg_id from message
    where message.gid = waiting.gid and message.gid > 0 and msg_id > waiting.acked_msg_id and msg_id >= ${oldest}
      and sender <> ${uid} and not no_offline
    order by msg_id desc limit ${count}
  ) as latest`;

/** A query of msg_id: the recent history of each group since the member joined. */
export const groupHistory = (uid: number, { oldest, count }: PendingLimits): RawBuilder<unknown> => sql`
  select latest.msg_id from group_member as member
  cross join lateral (
    select msg_id from message
    where message.gid = member.gid and message.gid > 0 and msg_id > member.joined_msg_id and msg_id >= ${oldest}
      and (not no_offline or sender = ${uid})
    order by msg_id desc limit ${count}
  ) as latest
  where member.uid = ${uid}`;

/** A query of msg_id: everything beyond a key since the member joined. */
export const inGroupsBeyond = (uid: number, key: number): RawBuilder<unknown> => sql`
  select msg_id from group_member as member
  join chat_group on chat_group.gid = member.gid and chat_group.last_msg_id > ${key}
  join message on message.gid = member.gid and message.gid > 0
    and msg_id > greatest(${key}, member.joined_msg_id) and (not no_offline or sender = ${uid})
  where member.uid = ${uid}`;

/** The newest message of a group that the account is in; 0 for none. */
export async function lastInGroups(db: Database, uid: number): Promise<number> {
  const row = await db
    .selectFrom('chat_group')
    .innerJoin('group_member', 'group_member.gid', 'chat_group.gid')
    .select(({ fn }) => fn.max('last_msg_id').as('key'))
    .where('uid', '=', uid)
    .whereRef('last_msg_id', '>', 'joined_msg_id')
    .executeTakeFirst();
  return row?.key ?? 0;
}

/** Everything up to a key, in all groups. */
export async function acknowledgeGroupsUpTo(db: Database, uid: number, key: number): Promise<void> {
  await sql`
    update group_member set acked_msg_id = least(${key}::bigint, last_msg_id) from chat_group
    where group_member.uid = ${uid} and chat_group.gid = group_member.gid
      and acked_msg_id < least(${key}::bigint, last_msg_id)`.execute(db);
}

export interface GroupMark {
  uid: number;
  gid: number;
  upTo: number;
}

export async function acknowledgeInGroups(db: Database, marks: readonly GroupMark[]): Promise<void> {
  await sql`
    update group_member set acked_msg_id = done.mark
    from (
      select uid, gid, max("upTo") as mark
      from json_to_recordset(${JSON.stringify(marks)}::json) as done (uid bigint, gid bigint, "upTo" bigint)
      group by uid, gid
    ) as done
    where group_member.uid = done.uid and group_member.gid = done.gid and acked_msg_id < done.mark`.execute(
    db,
  );
}

/** The group's messages so far are no longer delivered to the member, and stay in the history. */
export async function passOver(transaction: Transaction<Tables>, gid: number, uid: number): Promise<void> {
  await sql`
    update group_member set acked_msg_id = greatest(acked_msg_id, last_msg_id) from chat_group
    where group_member.uid = ${uid} and group_member.gid = ${gid} and chat_group.gid = ${gid}`.execute(
    transaction,
  );
}

/** A conversation without what is unread. */
export type BareConversation = Omit<Conversation, 'unread_msg_count' | 'extras'>;

export async function groupConversations(
  db: Database,
  uid: number,
  limit: number,
): Promise<BareConversation[]> {
  const rows = await db
    .selectFrom('chat_group')
    .innerJoin('group_member', 'group_member.gid', 'chat_group.gid')
    .select(['chat_group.gid', 'name', 'avatar', 'appkey', 'last_msg_id'])
    .where('uid', '=', uid)
    .whereRef('last_msg_id', '>', 'joined_msg_id')
    .orderBy('last_msg_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ gid, name, avatar, appkey, last_msg_id }) => ({
    type: GROUP,
    key: gid,
    gid,
    name,
    nickname: '',
    avatar,
    appkey,
    mtime: timeOf(last_msg_id),
  }));
}
