/**
 * Stores rows that arrive in quantity, all waiting ones in one statement. Each has the answer to its request, so that a retry finds the first
 * answer. After the commit, and in the order of arrival, the stored ones are handed on. The next lot is being stored meanwhile.
 */
import type { Answer } from '../answers.js';
import { GroupCommit, type Place } from '../util/group-commit.js';
import type { Committed, Ids, Order } from './order.js';
import type { Database } from './schema.js';

/** Rows in one statement: beyond it nothing gets faster, and answers wait longer. */
const MAX_LOT = 250;
/** The maximum that one batch hands on, because other messages wait for it. */
const MAX_LOT_BYTES = 1_024 * 1_024;

/** A row to be stored, and the answer to its request. */
export interface Prepared<S> {
  key: string;
  stored: S;
  answer: Answer;
}

export interface Writing<T, S> {
  /** Looks up what {@link prepare} needs, before the commit begins. */
  ready?(items: readonly T[]): Promise<void>;
  prepare(item: T, ids: Ids): Prepared<S>;
  /** Stores the items and their answers. @returns the keys of those that were new */
  insert(db: Database, prepared: readonly Prepared<S>[], place: Place): Promise<Set<string>>;
  /** Whether {@link insert} heeds the place of a lot. Then a lot is sent while the one before is being committed. */
  heedsPlace?: boolean;
  /**
   * Must not fail.
   * @param committed their place among the commits of all nodes, if there can be several
   */
  onStored(stored: readonly S[], committed: Committed | undefined): Promise<void>;
  senderOf(item: T): number | string;
  /** The size of handing it on, in bytes. */
  costOf(item: T): number;
  /** See `GroupCommit`; none without. */
  gapMs?(): number;
}

export class IdempotentWriter<T extends { key: string }, S> {
  readonly #commits: GroupCommit<T, Answer>;

  constructor(
    private readonly db: Database,
    private readonly order: Order,
    private readonly writing: Writing<T, S>,
  ) {
    const { heedsPlace = false } = writing;
    const shares = {
      keyOf: (item: T) => writing.senderOf(item),
      costOf: (item: T) => writing.costOf(item),
      maxCost: MAX_LOT_BYTES,
    };
    this.#commits = new GroupCommit((items, place) => this.#store(items, place), MAX_LOT, {
      shares,
      gapMs: () => writing.gapMs?.() ?? 0,
      lotsAtOnce: heedsPlace ? order.commitsAtOnce : 1,
    });
  }

  /** @returns the answer to the request; for a retry the first one */
  send(item: T): Promise<Answer> {
    return this.#commits.add(item);
  }

  /** @returns hands the stored ones on, while the next lot is being stored */
  async #store(items: readonly T[], place: Place): Promise<() => Promise<Answer[]>> {
    // A retry can wait together with its first try.
    const distinct = new Map(items.map((item) => [item.key, item]));
    if (this.writing.ready) await this.writing.ready(items);
    const { result: stored, committed } = await this.order.commit(distinct.size, async (db, ids) => {
      const prepared = [...distinct.values()].map((item) => this.writing.prepare(item, ids));
      const fresh = await this.writing.insert(db, prepared, place);
      return prepared.filter(({ key }) => fresh.has(key));
    });
    const answers = new Map(stored.map(({ key, answer }) => [key, answer]));
    const retried = items.map(({ key }) => key).filter((key) => !answers.has(key));
    for (const [key, answer] of await this.#answersTo(retried)) answers.set(key, answer);
    const inOrder = items.map(({ key }) => {
      const answer = answers.get(key);
      if (answer) return answer;
      throw new Error('a request is neither new nor answered');
    });
    return async () => {
      await this.writing.onStored(
        stored.map((one) => one.stored),
        committed,
      );
      return inOrder;
    };
  }

  /** The first answers to requests that are stored already. */
  async #answersTo(keys: readonly string[]): Promise<[string, Answer][]> {
    if (keys.length === 0) return [];
    const rows = await this.db
      .selectFrom('request')
      .select(['key', 'answer_json'])
      .where('key', 'in', keys)
      .execute();
    return rows.map(({ key, answer_json }) => [key, JSON.parse(answer_json)]);
  }
}
