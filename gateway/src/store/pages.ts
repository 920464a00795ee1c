/** A page of a conversation by ids: the latest ones before an id that the account may see, oldest first. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.js';

export interface PageOf {
  uid: number;
  /** Ids below this. */
  before: number;
  limit: number;
}

export interface Page {
  ids: number[];
  /** There are earlier ones. */
  more: boolean;
}

/** A query of one more than the page: whether there are earlier ones. */
type PageQuery = (target: number, of: PageOf) => RawBuilder<unknown>;

/** The target is the other side. */
export const ofSingle: PageQuery = (peer, { uid, before, limit }) => sql`
  select msg_id from mailbox
  where uid = ${uid} and peer = ${peer} and msg_id < ${before}
  order by msg_id desc limit ${limit + 1}`;

/** What was written since the account has been in the group. Of a group that it is not in: nothing. */
export const ofGroup: PageQuery = (gid, { uid, before, limit }) => sql`
  select msg_id from message
  where message.gid = ${gid} and message.gid > 0 and msg_id < ${before}
    and msg_id > (select joined_msg_id from group_member where gid = ${gid} and uid = ${uid})
    and (not no_offline or sender = ${uid})
  order by msg_id desc limit ${limit + 1}`;

export async function readPage(db: Database, query: PageQuery, target: number, of: PageOf): Promise<Page> {
  const { rows } = await sql<{ msg_id: number }>`${query(target, of)}`.execute(db);
  const ids = rows.map(({ msg_id }) => msg_id).slice(0, of.limit);
  return { ids: ids.reverse(), more: rows.length > of.limit };
}
