/** Who has to do with an account, and hears when its profile changes. */
import { sql, type Transaction } from 'kysely';
import type { Tables } from './schema.js';

/** Friends first, then partners of single conversations, the latest first, then members of common groups. */
export async function watchersOf(
  transaction: Transaction<Tables>,
  uid: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await sql<{ uid: number }>`
    select uid from (
      select friend as uid, 1 as nearness, 0 as last_msg_id from friend where uid = ${uid}
      union all
      select peer, 2, last_msg_id from conversation where uid = ${uid}
      union all
      select other.uid, 3, 0 from group_member own join group_member other using (gid) where own.uid = ${uid}
    ) as known
    where uid <> ${uid}
    group by uid order by min(nearness), max(last_msg_id) desc, uid limit ${limit}`.execute(transaction);
  return rows.map((row) => row.uid);
}
