/**
 * Opens the database: PGlite in memory or in a directory, or a PostgreSQL server. All that follows is the same SQL.
 * A commit in a directory outlives the death of the process at any moment; only one process may have the directory open.
 */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Kysely, type LogEvent, PostgresDialect, type PostgresPool, sql } from 'kysely';
import { Pool, types } from 'pg';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { PGlitePool } from './embedded/pglite-pool.js';
import { migrate } from './migrations.js';
import { LONGEST_PAUSE_MS } from './order.js';
import { makePrivate, privateDirectory } from './private-directory.js';
import type { Database, Tables } from './schema.js';
import { SharedConnection } from './shared-connection.js';

export interface OpenDatabase {
  db: Database;
  /** One connection: see {@link SharedConnection}. */
  inOrder: Database;
  /** The database runs in this process, one statement at a time. */
  isEmbedded: boolean;
  /** Maintenance that a PostgreSQL server does by itself and PGlite does not: reclaim space, bound the log. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

/** Told how long a statement took. */
export type OnQuery = (ms: number) => void;

const kyselyOn = (pool: PostgresPool, onQuery: OnQuery | undefined): Database =>
  new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    ...(onQuery && { log: ({ queryDurationMillis }: LogEvent) => onQuery(queryDurationMillis) }),
  });

/** Whether the data lie on a PostgreSQL server. */
export const isServer = (data: string): boolean => /^postgres(ql)?:\/\//.test(data);

/**
 * @param data `memory`, a directory, or a `postgres://` connection string
 * @param isShared other nodes serve the same database
 */
export async function openDatabase(data: string, isShared = false, onQuery?: OnQuery): Promise<OpenDatabase> {
  // A migration may take longer than any other statement.
  const migrating = isServer(data) ? openServer(data, false, undefined) : await openEmbedded(data, onQuery);
  try {
    await migrate(migrating.db);
  } catch (error) {
    await migrating.close();
    throw error;
  }
  if (!isServer(data)) return migrating;
  await migrating.close();
  return openServer(data, isShared, onQuery);
}

async function openEmbedded(data: string, onQuery: OnQuery | undefined): Promise<OpenDatabase> {
  let lock: DirectoryLock | undefined;
  let pool: PGlitePool;
  if (data === 'memory') {
    pool = await PGlitePool.open();
  } else {
    await privateDirectory(data);
    lock = await lockDirectory(data);
    try {
      pool = await openCluster(data);
    } catch (error) {
      await lock.release();
      throw new Error(`the database in ${data} cannot be opened: ${String(error)}`);
    }
  }
  const db = kyselyOn(pool, onQuery);
  return {
    db,
    inOrder: kyselyOn(new SharedConnection(pool), onQuery),
    isEmbedded: true,
    maintain: async () => {
      await sql`vacuum`.execute(db);
      await sql`checkpoint`.execute(db);
    },
    close: async () => {
      await db.destroy();
      await lock?.release();
    },
  };
}

const CLUSTER = 'pg';
/** There from before a database is made until it is whole. */
const UNFINISHED_MARK = 'pg.unfinished';

/** Opens the database, or makes it where there is none. The remains of a death in between are created again, since no answer came from them. */
async function openCluster(directory: string): Promise<PGlitePool> {
  const path = join(directory, CLUSTER);
  const mark = join(directory, UNFINISHED_MARK);
  if (existsSync(mark)) await rm(path, { recursive: true, force: true });
  else if (existsSync(path)) {
    await makePrivate(path);
    return PGlitePool.open(path);
  }
  await writeFile(mark, '');
  const pool = await PGlitePool.open(path);
  await makePrivate(path);
  await rm(mark);
  return pool;
}

/** How long a node waits for a connection to the server. */
const CONNECT_MS = 5_000;
/** How long a connection with a statement may be silent. Longer silence is a cut network, of which neither side learns. */
const SILENT_MS = 60_000;

function endSilent(client: object): void {
  const stream: unknown = Reflect.get(Reflect.get(client, 'connection'), 'stream');
  if (!(stream instanceof Socket)) throw new Error('this version of pg keeps its socket elsewhere');
  stream.setTimeout(SILENT_MS, () => stream.destroy());
}

/** PostgreSQL's oid of `bigint`. All of ours are below 2^53, and PGlite hands them out as numbers too. */
const BIGINT_OID = 20;

/** One connection, to which statements are sent without waiting for the one before. */
const IN_ORDER = { max: 1, pipeline: true };

function openServer(connectionString: string, isShared: boolean, onQuery: OnQuery | undefined): OpenDatabase {
  types.setTypeParser(BIGINT_OID, Number);
  const limits = isShared
    ? {
        // A node that is paused within a transaction must not hold its locks against the others.
        idle_in_transaction_session_timeout: LONGEST_PAUSE_MS,
        connectionTimeoutMillis: CONNECT_MS,
      }
    : {};
  const pools = [
    new Pool({ connectionString, ...limits }),
    new Pool({ connectionString, ...limits, ...IN_ORDER }),
  ] as const;
  for (const pool of pools) {
    // An idle connection that is lost: the next query gets another one, or fails and is answered so.
    pool.on('error', () => {});
    // The same for one that is lost between two statements of a transaction: the next statement fails.
    pool.on('connect', (client) => {
      client.on('error', () => {});
      if (isShared) endSilent(client);
    });
  }
  const [pool, ordered] = pools;
  const db = kyselyOn(pool, onQuery);
  return {
    db,
    inOrder: kyselyOn(new SharedConnection(ordered), onQuery),
    isEmbedded: false,
    maintain: async () => {},
    close: async () => {
      await db.destroy();
      await ordered.end();
    },
  };
}
