/**
 * The conversations of which a sync hands out or counts messages, and which messages of each. An account may have hundreds, so one statement reads a
 * lot of them.
 */
import { type RawBuilder, sql } from 'kysely';
import { mergeIds } from './merge-ids.js';
import type { Database } from './schema.js';

/** Conversations that one statement looks into. */
const CONVERSATIONS_AT_ONCE = 25;

export interface MailSource {
  /** A query of `target` (the other user, or the group) and `mark`. */
  conversations: RawBuilder<unknown>;
  /** A query of msg_id beyond the mark of one row `lot` of them. */
  messages: RawBuilder<unknown>;
}

/** The answer about a lot of conversations. */
interface Lot {
  count: number;
  last: number | null;
}

const lotAfter = (last: number, conversations: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  lot as (
    select * from (${conversations}) as conversations where target > ${last}
    order by target limit ${CONVERSATIONS_AT_ONCE}
  )`;
const LOT = sql`(select count(*)::int from lot) as count, (select max(target) from lot) as last`;

export interface SourceLimits {
  /** The lowest id that is still kept. */
  oldest: number;
  /** Of each conversation, the latest. */
  count: number;
}

/** The latest with each user. */
export const history = (uid: number, { oldest, count }: SourceLimits): MailSource => ({
  conversations: sql`
    select peer as target, ${oldest}::bigint - 1 as mark from conversation
    where uid = ${uid} and last_msg_id >= ${oldest}`,
  messages: sql`
    select msg_id from mailbox
    where mailbox.uid = ${uid} and mailbox.peer = lot.target and msg_id > lot.mark
    order by msg_id desc limit ${count}`,
});

/** Everything with each user beyond a key. */
export const beyond = (uid: number, key: number): MailSource => ({
  conversations: sql`
    select peer as target, ${key}::bigint as mark from conversation where uid = ${uid} and last_msg_id > ${key}`,
  messages: sql`
    select msg_id from mailbox
    where mailbox.uid = ${uid} and mailbox.peer = lot.target and msg_id > lot.mark`,
});

/** @returns how many messages each conversation of a source has, if it has any */
export async function countSource(
  db: Database,
  { conversations, messages }: MailSource,
): Promise<[target: number, count: number][]> {
  const all: [number, number][] = [];
  for (let last = 0; ; ) {
    const { rows } = await sql<Lot & { counts: string | null }>`
      with ${lotAfter(last, conversations)}
      select ${LOT}, (
        select json_agg(json_build_array(target, found.count))::text from lot
        cross join lateral (select count(*) as count from (${messages}) as counted) as found
        where found.count > 0
      ) as counts`.execute(db);
    const [read] = rows;
    all.push(...(JSON.parse(read?.counts ?? '[]') as [number, number][]));
    if (!read || read.last === null || read.count < CONVERSATIONS_AT_ONCE) return all;
    last = read.last;
  }
}

/** @returns the lowest ids of a source, in their order */
export async function readSource(
  db: Database,
  { conversations, messages }: MailSource,
  { after, upTo, most }: { after: number; upTo: number; most: number },
): Promise<number[]> {
  let all: number[] = [];
  for (let last = 0; ; ) {
    const { rows } = await sql<Lot & { ids: string | null }>`
      with ${lotAfter(last, conversations)}
      select ${LOT}, (
        select json_agg(msg_id order by msg_id)::text from (
          select msg_id from lot cross join lateral (${messages}) as found
          where msg_id > ${after} and msg_id <= ${upTo}
          order by msg_id limit ${most}
        ) as lowest
      ) as ids`.execute(db);
    const [read] = rows;
    all = mergeIds(all, JSON.parse(read?.ids ?? '[]'), most);
    if (!read || read.last === null || read.count < CONVERSATIONS_AT_ONCE) return all;
    last = read.last;
  }
}
