/**
 * Changes to what nodes keep in memory. A node hears of each over Redis. One that did not hear finds it here, at its next look at the database.
 * Each is written in the transaction of the change. A look sees nothing of transactions that run, so the next one begins at the oldest of these.
 */
import { sql, type Transaction } from 'kysely';
import type { Database, Tables } from './schema.js';

export type CacheName = 'account' | 'blacklist' | 'group' | 'room';

/** Data that each node reads again when it next needs them. */
export type CachedById = Exclude<CacheName, 'account'>;

export interface CacheChange {
  cached: CacheName;
  key: number | string;
}

/** Older ones are deleted. A node whose last look was so long ago keeps nothing. */
const KEPT_MS = 5 * 60_000;
const NOW_MS = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Part of the transaction of the change, on several nodes. */
export async function noteChange(
  transaction: Transaction<Tables>,
  { cached, key }: CacheChange,
): Promise<void> {
  await sql`
    insert into cache_change (cached, key_json, changed_ms)
    values (${cached}, ${JSON.stringify(key)}, ${NOW_MS})`.execute(transaction);
}

interface Look {
  /** The oldest transaction that ran, or the next one. */
  horizon: string;
  now: number;
}

export class CacheChanges {
  #last: Look | undefined;

  constructor(private readonly db: Database) {}

  /** The changes since this was called before, some more than once; undefined when these are not known. */
  async next(): Promise<CacheChange[] | undefined> {
    const last = this.#last;
    const from = last?.horizon ?? '0';
    const { rows } = await sql<Look & { changes: string }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, ${NOW_MS} as now, (
        select coalesce(json_agg(json_build_array(cached, key_json)), '[]'::json)::text
        from (select distinct cached, key_json from cache_change where made_by >= ${from}::xid8) as made
      ) as changes`.execute(this.db);
    const [look] = rows;
    if (!look) throw new Error('the database says nothing of its transactions');
    this.#last = { horizon: look.horizon, now: look.now };
    if (!last || look.now - last.now > KEPT_MS / 2) return undefined;
    const changes: [CacheName, string][] = JSON.parse(look.changes);
    return changes.map(([cached, keyJson]) => ({ cached, key: JSON.parse(keyJson) }));
  }

  /** Of all nodes. */
  async sweep(): Promise<void> {
    await sql`delete from cache_change where changed_ms < ${NOW_MS} - ${KEPT_MS}::bigint`.execute(this.db);
  }
}
