/**
 * How much each account has stored, by day, for as long as it is kept: messages, what they say, and events. Written with what it counts, in one
 * transaction; the sum is kept in memory for those who are writing.
 */

import { sql, type Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Settings } from '../config.js';
import type { CacheLimits } from './cache-limits.js';
import type { Database, Tables } from './schema.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** The size of rows and index entries beside the content: the message, its two boxes, and its answer for retries. */
export const ROW_BYTES = 400;

export const dayOf = (nowMs: number): number => Math.floor(nowMs / DAY_MS);

interface Sum {
  day: number;
  items: number;
  bytes: number;
}

export class Volume {
  readonly #sums: LRUCache<number, Sum>;

  constructor(
    private readonly db: Database,
    private readonly settings: Pick<
      Settings,
      'storedItems' | 'storedBytes' | 'historyAgeMs' | 'offlineAgeMs'
    >,
    private readonly now: () => number,
    cache: CacheLimits,
  ) {
    this.#sums = new LRUCache(cache);
  }

  /** Whether the account has stored as much as it may. */
  async isFull(uid: number): Promise<boolean> {
    const day = dayOf(this.now());
    let sum = this.#sums.get(uid);
    if (sum?.day !== day) {
      sum = { day, ...(await this.#read(uid)) };
      this.#sums.set(uid, sum);
    }
    return sum.items >= this.settings.storedItems || sum.bytes >= this.settings.storedBytes;
  }

  async #read(uid: number): Promise<{ items: number; bytes: number }> {
    const row = await this.db
      .selectFrom('stored_volume')
      .select(({ fn }) => [
        fn.sum<number | string | null>('items').as('items'),
        fn.sum<number | string | null>('bytes').as('bytes'),
      ])
      .where('uid', '=', uid)
      .where('day', '>=', this.#oldest())
      .executeTakeFirst();
    return { items: Number(row?.items ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  /** To be called when what was written is committed. */
  added(uid: number, items: number, bytes: number): void {
    const sum = this.#sums.get(uid);
    if (!sum) return;
    sum.items += items;
    sum.bytes += bytes;
  }

  /** Part of the transaction that writes what is counted. */
  async count(transaction: Transaction<Tables>, uid: number, bytes: number, items: number): Promise<void> {
    await sql`
      insert into stored_volume (uid, day, items, bytes)
      values (${uid}::bigint, ${dayOf(this.now())}::integer, ${items}::bigint, ${bytes}::bigint)
      on conflict (uid, day) do update
      set items = stored_volume.items + excluded.items, bytes = stored_volume.bytes + excluded.bytes`.execute(
      transaction,
    );
  }

  async sweep(): Promise<void> {
    await this.db.deleteFrom('stored_volume').where('day', '<', this.#oldest()).execute();
  }

  #oldest(): number {
    const { historyAgeMs, offlineAgeMs } = this.settings;
    return dayOf(this.now() - Math.max(historyAgeMs, offlineAgeMs));
  }
}
