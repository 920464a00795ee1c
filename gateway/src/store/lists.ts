/**
 * The lists of an account: blacklist, no-disturb, shields. Blacklists in use are kept in memory, since every message asks for one. A
 * change is followed by {@link Lists.forgetBlacklist}, on every node.
 */
import type { Transaction } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { CacheLimits } from './cache-limits.js';
import type { GroupRow } from './groups.js';
import type { List } from './relation-tables.js';
import type { Database, Tables } from './schema.js';

export class Lists {
  readonly #blacklists: LRUCache<number, ReadonlySet<number>>;
  #changes = 0;

  constructor(
    private readonly db: Database,
    cache: CacheLimits,
  ) {
    this.#blacklists = new LRUCache(cache);
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
    const known = this.#blacklists.get(uid);
    if (known) return known.has(other);
    const before = this.#changes;
    const blacklist = new Set(await this.targets(uid, 'black'));
    // A blacklist that was read during its change may be outdated.
    if (this.#changes === before) this.#blacklists.set(uid, blacklist);
    return blacklist.has(other);
  }

  /** To be called after the commit of a change to that account's blacklist. */
  forgetBlacklist(uid: number): void {
    this.#changes += 1;
    this.#blacklists.delete(uid);
  }
}
