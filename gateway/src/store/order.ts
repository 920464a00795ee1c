/**
 * The order of commits. A client's key says "I have everything up to here", so no id may become visible after a higher one. A single process
 * has it by committing one lot after the other. Several nodes take a short lock in the database around each commit; the ids come from a counter
 * under that lock. So what can be read is always all that there is up to some id.
 *
 * A node that is paused within such a commit would stop the others. The database ends its transaction after
 * {@link LONGEST_PAUSE_MS}, and the lock with it.
 */
import { sql, type Transaction } from 'kysely';
import { firstIdAt, type MessageIds } from './message-ids.js';
import type { Database, Tables } from './schema.js';

/** How long a transaction may do nothing before its database ends it. */
export const LONGEST_PAUSE_MS = 3_000;

/** Of the advisory locks of this gateway. */
const LOCK_CLASS = 19_021;

/** The counter and lock of each order, and the tables whose ids it gives. */
const ORDERS = {
  messages: { lock: 1, clock: 'message_clock', highest: sql`select max(msg_id) from message` },
  events: {
    lock: 2,
    clock: 'event_clock',
    highest: sql`select greatest((select max(event_id) from event), (select max(change_id) from receipt))`,
  },
  rooms: { lock: 3, clock: 'room_clock', highest: sql`select max(msg_id) from room_message` },
} as const;

export type OrderName = keyof typeof ORDERS;

export interface Ids {
  next(): number;
}

/** The ids of one commit: it has all of its order beyond `prev`, up to `last`. */
export interface Committed {
  prev: number;
  last: number;
}

/** Commits in the order of their ids. */
export interface Order {
  /** How many may be under way. A later one of them has to fail if the one before does. */
  readonly commitsAtOnce: number;
  /**
   * Does the work in one commit.
   * @param count how many ids it takes at most
   * @returns the result, and where it stands among the commits of all nodes, if there can be several
   */
  commit<T>(
    count: number,
    work: (db: Database, ids: Ids) => Promise<T>,
  ): Promise<{ result: T; committed: Committed | undefined }>;
}

/** One is sent while the one before is being done, so that the database need not wait for the gateway in between. */
const LOCAL_COMMITS_AT_ONCE = 2;

/** Of a single process, which calls it for one commit after the other. */
export class LocalOrder implements Order {
  readonly commitsAtOnce = LOCAL_COMMITS_AT_ONCE;

  /** @param db has one connection, so that it does statements in the order in which they were sent */
  constructor(
    private readonly db: Database,
    private readonly ids: MessageIds,
  ) {}

  async commit<T>(_count: number, work: (db: Database, ids: Ids) => Promise<T>) {
    return { result: await work(this.db, this.ids), committed: undefined };
  }
}

/** Over all nodes of a database. */
export class SharedOrder implements Order {
  /** Each has a connection of its own, and waits for the lock of all nodes. */
  readonly commitsAtOnce = 1;

  /** @param now the clock of the ids; the database's own without it, so that the clocks of nodes do not matter */
  constructor(
    private readonly db: Database,
    private readonly name: OrderName,
    private readonly now: (() => number) | undefined,
  ) {}

  commit<T>(count: number, work: (db: Database, ids: Ids) => Promise<T>) {
    return this.db.transaction().execute(async (transaction) => {
      const committed = await this.enter(transaction, count);
      const result = await work(transaction, idsOf(committed, count));
      return { result, committed };
    });
  }

  /** Waits for the lock, which the end of the transaction releases, and takes ids. To be followed by no wait for anything else. */
  async enter(transaction: Transaction<Tables>, count: number): Promise<Committed> {
    const { lock, clock } = ORDERS[this.name];
    const now =
      this.now === undefined
        ? sql`(extract(epoch from clock_timestamp()) * 1000000)::bigint`
        : sql`${firstIdAt(this.now())}::bigint`;
    const { rows } = await sql<Committed>`
      with locked as materialized (select pg_advisory_xact_lock(${LOCK_CLASS}, ${lock}::integer)),
      before as materialized (select nextval(${clock}::text::regclass) as id from locked)
      select id - 1 as prev, setval(${clock}::text::regclass, greatest(id, ${now}) + ${count}::integer) as last
      from before`.execute(transaction);
    const [committed] = rows;
    if (!committed) throw new Error('the database gave no ids');
    return committed;
  }

  /** An id beyond all that are committed so far, and below those of later commits. */
  async mark(transaction: Transaction<Tables>): Promise<number> {
    const { clock } = ORDERS[this.name];
    const { rows } = await sql<{ id: number }>`select nextval(${clock}::text::regclass) as id`.execute(
      transaction,
    );
    return rows[0]?.id ?? 0;
  }

  /** Everything up to here is committed. */
  async highest(): Promise<number> {
    const { highest } = ORDERS[this.name];
    const { rows } = await sql<{ id: number | null }>`select (${highest}) as id`.execute(this.db);
    return rows[0]?.id ?? 0;
  }

  /** Goes on behind the ids that a single process gave before. */
  async prepare(): Promise<void> {
    const highest = await this.highest();
    const { lock, clock } = ORDERS[this.name];
    await this.db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${LOCK_CLASS}, ${lock}::integer)`.execute(transaction);
      await sql`
        select setval(${clock}::text::regclass, greatest(nextval(${clock}::text::regclass), ${highest}::bigint))`.execute(
        transaction,
      );
    });
  }
}

/** The last ones of a commit: between them and those before may lie time. */
export function idsOf({ last }: Committed, count: number): Ids {
  let given = last - count;
  return {
    next: () => {
      given += 1;
      if (given > last) throw new Error('a commit took more ids than it asked for');
      return given;
    },
  };
}

/** Locks names until the end of the transaction, all in one order, so that two transactions never wait for each other. */
export async function lockNames(transaction: Transaction<Tables>, names: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(id) from (
      select distinct hashtextextended(name, ${LOCK_CLASS}) as id
      from json_array_elements_text(${JSON.stringify(names)}::json) as given (name) order by id
    ) as named`.execute(transaction);
}

/** Does the work unless another node is doing it. */
export async function onOneNode(db: Database, work: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_lock(${LOCK_CLASS}, 9) as mine`.execute(connection);
    if (rows[0]?.mine !== true) return;
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(${LOCK_CLASS}, 9)`.execute(connection);
    }
  });
}
