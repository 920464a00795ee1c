/** Messages of users that an account has not acknowledged. Many may wait, so each statement reads or changes a part that others need not wait for. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.js';

/** Ids that one statement reads in the order of an index. */
const READ_AT_ONCE = 5_000;
/** Messages that one statement takes for acknowledged. */
const ACKNOWLEDGED_AT_ONCE = 250;
/** Messages that one statement lets go of, and conversations that it looks into. */
const TRIMMED_AT_ONCE = 500;
const CROWDED_AT_ONCE = 20;

interface IdRange {
  /** Ids above this, and up to the other one. */
  after: number;
  upTo: number;
  most: number;
}

/**
 * The ids of a query, in their order. They come as one text: as rows of their own, reading them took PGlite five times as long as finding
 * them.
 * @param query of msg_id
 */
async function readIds(db: Database, query: RawBuilder<unknown>): Promise<number[]> {
  const { rows } = await sql<{ ids: string | null }>`
    select json_agg(msg_id order by msg_id)::text as ids from (${query}) as found`.execute(db);
  return JSON.parse(rows[0]?.ids ?? '[]');
}

/** The ids that are still kept for an account, oldest first. */
export async function pendingIds(
  db: Database,
  uid: number,
  { after, upTo, most, oldest }: IdRange & { oldest: number },
): Promise<number[]> {
  const all: number[] = [];
  for (let last = Math.max(after, oldest - 1); all.length < most; ) {
    const count = Math.min(READ_AT_ONCE, most - all.length);
    const ids = await readIds(
      db,
      sql`select msg_id from mailbox where uid = ${uid} and pending and msg_id > ${last} and msg_id <= ${upTo}
        order by msg_id limit ${count}`,
    );
    for (const id of ids) all.push(id);
    if (ids.length < count) break;
    last = ids.at(-1) ?? last;
  }
  return all;
}

/** The account has everything up to a key, of users and in groups. */
export async function acknowledgeUpTo(db: Database, uid: number, key: number): Promise<void> {
  let acknowledged: number;
  do {
    const { rows } = await sql<{ acknowledged: number }>`
      select acknowledge_up_to(${uid}::bigint, ${key}::bigint, ${ACKNOWLEDGED_AT_ONCE}::integer) as acknowledged`.execute(
      db,
    );
    acknowledged = rows[0]?.acknowledged ?? 0;
  } while (acknowledged === ACKNOWLEDGED_AT_ONCE);
}

interface Conversation {
  uid: number;
  peer: number;
}

interface PendingLimits {
  /** Of each conversation. */
  count: number;
  /** The lowest id that is still kept. */
  oldest: number;
}

/**
 * Lets go of what is beyond the limits.
 * @param uid one account; without it all
 */
export async function trimPending(db: Database, limits: PendingLimits, uid?: number): Promise<void> {
  for await (const crowded of findCrowded(db, limits, uid)) {
    for (let start = 0; start < crowded.length; start += CROWDED_AT_ONCE) {
      const lot = await ends(db, limits, crowded.slice(start, start + CROWDED_AT_ONCE));
      let trimmed: number;
      do trimmed = await trimLot(db, lot);
      while (trimmed === TRIMMED_AT_ONCE);
    }
  }
}

/** The conversations of each account that have messages beyond the limits. */
async function* findCrowded(
  db: Database,
  { count, oldest }: PendingLimits,
  uid: number | undefined,
): AsyncGenerator<Conversation[]> {
  let counted = new Map<number, { count: number; first: number }>();
  const crowded = (of: number): Conversation[] =>
    [...counted]
      .filter(([, found]) => found.count > count || found.first < oldest)
      .map(([peer]) => ({ uid: of, peer }));
  let account = uid ?? 0;
  for (let last: [uid: number, msg_id: number] = [account, -1]; ; ) {
    const { rows } = await sql<{ counts: string | null; read: number; last: string | null }>`
      with read as (
        select uid, peer, msg_id from mailbox
        where pending and (uid, msg_id) > (${last[0]}::bigint, ${last[1]}::bigint)
          and ${uid === undefined ? sql`true` : sql`uid = ${uid}`}
        order by uid, msg_id limit ${READ_AT_ONCE}
      )
      select (select count(*)::int from read) as read,
        (select json_build_array(uid, msg_id)::text from read order by uid desc, msg_id desc limit 1) as last,
        (
          select json_agg(json_build_array(uid, peer, count, first) order by uid)::text
          from (select uid, peer, count(*) as count, min(msg_id) as first from read group by uid, peer) as counted
        ) as counts`.execute(db);
    const [page] = rows;
    const counts: [uid: number, peer: number, count: number, first: number][] = JSON.parse(
      page?.counts ?? '[]',
    );
    for (const [of, peer, more, first] of counts) {
      if (of !== account) {
        yield crowded(account);
        account = of;
        counted = new Map();
      }
      const before = counted.get(peer);
      counted.set(peer, { count: more + (before?.count ?? 0), first: before?.first ?? first });
    }
    if (!page?.last || page.read < READ_AT_ONCE) break;
    last = JSON.parse(page.last);
  }
  yield crowded(account);
}

/** @returns the conversations as JSON, each with the id up to which its messages are beyond the limits */
async function ends(
  db: Database,
  { count, oldest }: PendingLimits,
  crowded: readonly Conversation[],
): Promise<string> {
  const { rows } = await sql<{ ends: string }>`
    select json_agg(json_build_object('uid', uid, 'peer', peer, 'beyond', greatest(${oldest}::bigint - 1, (
      select msg_id from mailbox where mailbox.uid = crowded.uid and mailbox.peer = crowded.peer and pending
      order by msg_id desc offset ${count} limit 1
    ))))::text as ends
    from json_to_recordset(${JSON.stringify(crowded)}::json) as crowded (uid bigint, peer bigint)`.execute(
    db,
  );
  return rows[0]?.ends ?? '[]';
}

async function trimLot(db: Database, crowded: string): Promise<number> {
  const { rows } = await sql`
    with lot as (
      select beyond.uid, beyond.peer, surplus.msg_id
      from json_to_recordset(${crowded}::json) as beyond (uid bigint, peer bigint, beyond bigint)
      cross join lateral (
        select msg_id from mailbox
        where mailbox.uid = beyond.uid and mailbox.peer = beyond.peer and pending and msg_id <= beyond.beyond
        limit ${TRIMMED_AT_ONCE}
      ) as surplus
      limit ${TRIMMED_AT_ONCE}
    )
    update mailbox set pending = false from lot
    where mailbox.uid = lot.uid and mailbox.peer = lot.peer and mailbox.msg_id = lot.msg_id and pending
    returning mailbox.msg_id`.execute(db);
  return rows.length;
}
