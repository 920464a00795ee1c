/** A page of a conversation by ids: the latest ones before an id that the account may see, oldest first. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.js';

interface PageOf {
  uid: number;
  /** Ids below this. */
  before: number;
  limit: number;
  /** The most that the messages of a page may take together; a page has one message in any case. */
  maxBytes: number;
}

/** An id with the size of what its message says. */
interface SizedId {
  msg_id: number;
  bytes: number;
}

export interface Page {
  /** Oldest first. */
  ids: number[];
  bytes: number;
  /** There are earlier ones. */
  more: boolean;
}

/** A query of one more than the page: whether there are earlier ones. The database knows a text's size without reading the text. */
type PageQuery = (target: number, of: Omit<PageOf, 'maxBytes'>) => RawBuilder<unknown>;

/** The target is the other side. */
export const ofSingle: PageQuery = (peer, { uid, before, limit }) => sql`
  select msg_id, coalesce(
    (select octet_length(content_json) from message where message.msg_id = mailbox.msg_id), 0
  ) as bytes
  from mailbox
  where uid = ${uid} and peer = ${peer} and msg_id < ${before}
  order by msg_id desc limit ${limit + 1}`;

/** The messages since the account joined the group. Of a group that it is not in: nothing. */
export const ofGroup: PageQuery = (gid, { uid, before, limit }) => sql`
  select msg_id, octet_length(content_json) as bytes from message
  where message.gid = ${gid} and message.gid > 0 and msg_id < ${before}
    and msg_id > (select joined_msg_id from group_member where gid = ${gid} and uid = ${uid})
    and (not no_offline or sender = ${uid})
  order by msg_id desc limit ${limit + 1}`;

export async function readPage(db: Database, query: PageQuery, target: number, of: PageOf): Promise<Page> {
  const { rows } = await sql<SizedId>`${query(target, of)}`.execute(db);
  let bytes = 0;
  const ids: number[] = [];
  for (const row of rows.slice(0, of.limit)) {
    if (ids.length > 0 && bytes + row.bytes > of.maxBytes) break;
    ids.unshift(row.msg_id);
    bytes += row.bytes;
  }
  return { ids, bytes, more: rows.length > ids.length };
}
