/**
 * Opens the database: PGlite in memory or in a directory, or a PostgreSQL server. All that follows is the same SQL.
 * A commit in a directory outlives the death of the process at any moment; only one process may have the directory open.
 */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import { PGliteDialect } from 'kysely-pglite-dialect';
import { Pool, types } from 'pg';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { migrate } from './migrations.js';
import type { Database, Tables } from './schema.js';

export interface OpenDatabase {
  db: Database;
  /** What a PostgreSQL server does by itself and an embedded one must be told: reclaim space, bound its log. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

/** @param data `memory`, a directory, or a `postgres://` connection string */
export async function openDatabase(data: string): Promise<OpenDatabase> {
  const opened = /^postgres(ql)?:\/\//.test(data) ? openServer(data) : await openEmbedded(data);
  try {
    await migrate(opened.db);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

async function openEmbedded(data: string): Promise<OpenDatabase> {
  let lock: DirectoryLock | undefined;
  if (data !== 'memory') {
    await mkdir(data, { recursive: true, mode: 0o700 });
    lock = await lockDirectory(data);
  }
  let pglite: PGlite;
  try {
    pglite = await PGlite.create(data === 'memory' ? 'memory://' : data);
  } catch (error) {
    await lock?.release();
    throw new Error(`the database in ${data} cannot be opened: ${String(error)}`);
  }
  const db = new Kysely<Tables>({ dialect: new PGliteDialect(pglite) });
  return {
    db,
    maintain: async () => {
      await pglite.exec('vacuum');
      await pglite.exec('checkpoint');
    },
    close: async () => {
      await db.destroy();
      await lock?.release();
    },
  };
}

/** PostgreSQL's oid of `bigint`. All of ours are below 2^53, and PGlite hands them out as numbers too. */
const BIGINT_OID = 20;

function openServer(connectionString: string): OpenDatabase {
  types.setTypeParser(BIGINT_OID, Number);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString }) }) });
  return { db, maintain: async () => {}, close: () => db.destroy() };
}
