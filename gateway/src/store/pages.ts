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

export function singlePage(db: Database, peer: number, { uid, before, limit }: PageOf): Promise<Page> {
  return read(
    db,
    limit,
    sql`select msg_id from mailbox
      where uid = ${uid} and peer = ${peer} and msg_id < ${before}
      order by msg_id desc limit ${limit + 1}`,
  );
}

/** From what was written since the account has been in the group. Of a group that it is not in: nothing. */
export function groupPage(db: Database, gid: number, { uid, before, limit }: PageOf): Promise<Page> {
  return read(
    db,
    limit,
    sql`select msg_id from message
      where message.gid = ${gid} and message.gid > 0 and msg_id < ${before}
        and msg_id > (select joined_msg_id from group_member where gid = ${gid} and uid = ${uid})
        and (not no_offline or sender = ${uid})
      order by msg_id desc limit ${limit + 1}`,
  );
}

async function read(db: Database, limit: number, query: RawBuilder<unknown>): Promise<Page> {
  const { rows } = await sql<{ msg_id: number }>`${query}`.execute(db);
  const ids = rows.map(({ msg_id }) => msg_id).slice(0, limit);
  return { ids: ids.reverse(), more: rows.length > limit };
}
