/**
 * The lists of an account: blacklist, no-disturb, shields. Blacklists in use are kept in memory, since every message asks for
 * one.
 */
import { sql, type Transaction } from 'kysely';
import type { CacheLimits } from './cache-limits.js';
import type { GroupRow } from './groups.js';
import { idList } from './id-list.js';
import { ReadCache } from './read-cache.js';
import { readTogether } from './read-together.js';
import type { List } from './relation-tables.js';
import type { Database, Tables } from './schema.js';

const NOBODY: ReadonlySet<number> = new Set();

export class Lists {
  /** The blacklists of accounts in use. A change of one ends with `forget`. */
  readonly cache: ReadCache<number, ReadonlySet<number>>;

  constructor(
    private readonly db: Database,
    cache: CacheLimits,
  ) {
    this.cache = new ReadCache(
      cache,
      readTogether((uids: readonly number[]) => this.#readBlacklists(uids)),
    );
  }

  /** @returns those of the targets that were not in the list before */
  async add(
    transaction: Transaction<Tables>,
    uid: number,
    list: List,
    targets: readonly number[],
  ): Promise<number[]> {
    if (targets.length === 0) return [];
    const rows = await transaction
      .insertInto('listed')
      .values(targets.map((target) => ({ uid, list, target })))
      .onConflict((conflict) => conflict.doNothing())
      .returning('target')
      .execute();
    return rows.map(({ target }) => target);
  }

  /** @returns those of the targets that were in the list before */
  async remove(
    transaction: Transaction<Tables>,
    uid: number,
    list: List,
    targets: readonly number[],
  ): Promise<number[]> {
    if (targets.length === 0) return [];
    const rows = await transaction
      .deleteFrom('listed')
      .where('uid', '=', uid)
      .where('list', '=', list)
      .where('target', 'in', targets)
      .returning('target')
      .execute();
    return rows.map(({ target }) => target);
  }

  async targets(uid: number, list: List): Promise<number[]> {
    const rows = await this.db
      .selectFrom('listed')
      .select('target')
      .where('uid', '=', uid)
      .where('list', '=', list)
      .orderBy('target')
      .execute();
    return rows.map(({ target }) => target);
  }

  /** Groups in a list. A member who leaves a group loses it from the lists as well. */
  groups(uid: number, list: 'quiet_group' | 'shield'): Promise<GroupRow[]> {
    return this.db
      .selectFrom('listed')
      .innerJoin('chat_group', 'gid', 'target')
      .selectAll('chat_group')
      .where('uid', '=', uid)
      .where('list', '=', list)
      .orderBy('gid')
      .execute();
  }

  async has(transaction: Transaction<Tables>, uid: number, list: List, target: number): Promise<boolean> {
    const row = await transaction
      .selectFrom('listed')
      .select('target')
      .where('uid', '=', uid)
      .where('list', '=', list)
      .where('target', '=', target)
      .executeTakeFirst();
    return row !== undefined;
  }

  async size(transaction: Transaction<Tables>, uid: number, list: List): Promise<number> {
    const row = await transaction
      .selectFrom('listed')
      .select(({ fn }) => fn.countAll<number>().as('size'))
      .where('uid', '=', uid)
      .where('list', '=', list)
      .executeTakeFirstOrThrow();
    return Number(row.size);
  }

  /** Whether `uid` does not want to hear of `other`. */
  async isBlocked(uid: number, other: number): Promise<boolean> {
    return (await this.cache.get(uid))?.has(other) ?? false;
  }

  async #readBlacklists(uids: readonly number[]): Promise<ReadonlySet<number>[]> {
    const rows = await this.db
      .selectFrom('listed')
      .select(['uid', 'target'])
      .where(sql<boolean>`uid in ${idList(uids)}`)
      .where('list', '=', 'black')
      .execute();
    const blacklists = new Map(uids.map((uid) => [uid, new Set<number>()]));
    for (const { uid, target } of rows) blacklists.get(uid)?.add(target);
    return uids.map((uid) => blacklists.get(uid) ?? NOBODY);
  }
}
