/**
 * How much each account has stored, by day, for as long as it is kept: messages, what they say, and events. Written with what it counts, in one
 * transaction; the sum is kept in memory for those who are writing.
 */

import { sql, type Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Settings } from '../config.js';
import type { CacheLimits } from './cache-limits.js';
import { idList } from './id-list.js';
import { readTogether } from './read-together.js';
import type { Database, Tables } from './schema.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** The size of rows and index entries beside the content: the message, its two boxes, and its answer for retries. */
export const ROW_BYTES = 400;

/** From this share of a limit on a sum is read more often. */
const NEAR = 0.5;
const NEAR_TTL_MS = 5_000;

export const dayOf = (nowMs: number): number => Math.floor(nowMs / DAY_MS);

interface Sum {
  day: number;
  items: number;
  bytes: number;
}

export class Volume {
  readonly #sums: LRUCache<number, Sum>;
  readonly #read = readTogether((uids: readonly number[]) => this.#readSums(uids));
  /** Of an account that may soon be full: what its sessions store on other nodes is in no sum here. */
  readonly #shortly: { ttl?: number };

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
    this.#shortly = cache.ttl > 0 ? { ttl: NEAR_TTL_MS } : {};
  }

  /** Whether the account has stored as much as it may. */
  async isFull(uid: number): Promise<boolean> {
    const day = dayOf(this.now());
    let sum = this.#sums.get(uid);
    if (sum?.day !== day) {
      sum = { day, items: 0, bytes: 0, ...(await this.#read(uid)) };
      this.#sums.set(uid, sum, this.#isBeyond(NEAR, sum) ? this.#shortly : {});
    }
    return this.#isBeyond(1, sum);
  }

  #isBeyond(share: number, { items, bytes }: Sum): boolean {
    return items >= this.settings.storedItems * share || bytes >= this.settings.storedBytes * share;
  }

  async #readSums(uids: readonly number[]): Promise<{ items: number; bytes: number }[]> {
    const rows = await this.db
      .selectFrom('stored_volume')
      .select(({ fn }) => [
        'uid',
        fn.sum<number | string>('items').as('items'),
        fn.sum<number | string>('bytes').as('bytes'),
      ])
      .where(sql<boolean>`uid in ${idList(uids)}`)
      .where('day', '>=', this.#oldest())
      .groupBy('uid')
      .execute();
    const sums = new Map(rows.map((row) => [row.uid, row]));
    return uids.map((uid) => {
      const { items = 0, bytes = 0 } = sums.get(uid) ?? {};
      return { items: Number(items), bytes: Number(bytes) };
    });
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
