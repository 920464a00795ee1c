/**
 * Group messages as their members see them. A message is stored once for the group. Two marks give a member's share: the start of the
 * membership, and the last acknowledgement. Nothing is written for each member.
 */
import { sql, type Transaction } from 'kysely';
import type { Conversation } from '../../../src/protocol/index.js';
import { GROUP } from '../../../src/protocol/index.js';
import type { MailSource, SourceLimits } from './mail-sources.js';
import { timeOf } from './message-ids.js';
import type { Database, Tables } from './schema.js';

/** The latest of what others wrote and the member has not acknowledged; of shielded groups nothing. */
export const pendingInGroups = (uid: number, { oldest, count }: SourceLimits): MailSource => ({
  conversations: sql`
    select member.gid as target, member.acked_msg_id as mark from group_member as member
    join chat_group on chat_group.gid = member.gid and chat_group.last_msg_id > member.acked_msg_id
    where member.uid = ${uid} and not exists (
      select from listed where listed.uid = ${uid} and list = 'shield' and target = member.gid
    )`,
  messages: sql`
    select msg_id from message
    where message.gid = lot.target and message.gid > 0 and msg_id > lot.mark and msg_id >= ${oldest}
      and sender <> ${uid} and not no_offline
    order by msg_id desc limit ${count}`,
});

/** The recent history of each group since the member joined. */
export const groupHistory = (uid: number, { oldest, count }: SourceLimits): MailSource => ({
  conversations: sql`select gid as target, joined_msg_id as mark from group_member where uid = ${uid}`,
  messages: sql`
    select msg_id from message
    where message.gid = lot.target and message.gid > 0 and msg_id > lot.mark and msg_id >= ${oldest}
      and (not no_offline or sender = ${uid})
    order by msg_id desc limit ${count}`,
});

/** Everything beyond a key since the member joined. */
export const beyondInGroups = (uid: number, key: number): MailSource => ({
  conversations: sql`
    select member.gid as target, greatest(${key}::bigint, member.joined_msg_id) as mark
    from group_member as member
    join chat_group on chat_group.gid = member.gid and chat_group.last_msg_id > ${key}
    where member.uid = ${uid}`,
  messages: sql`
    select msg_id from message
    where message.gid = lot.target and message.gid > 0 and msg_id > lot.mark
      and (not no_offline or sender = ${uid})`,
});

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
