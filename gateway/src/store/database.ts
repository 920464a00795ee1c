/**
 * Opens the database: PGlite in memory or in a directory, or a PostgreSQL server. All that follows is the same SQL.
 * A commit in a directory outlives the death of the process at any moment; only one process may have the directory open.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  let pglite: PGlite;
  if (data === 'memory') {
    pglite = await PGlite.create();
  } else {
    await mkdir(data, { recursive: true, mode: 0o700 });
    lock = await lockDirectory(data);
    try {
      pglite = await PGlite.create(await clusterIn(data));
    } catch (error) {
      await lock.release();
      throw new Error(`the database in ${data} cannot be opened: ${String(error)}`);
    }
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

const CLUSTER = 'pg';
const CLUSTER_BEING_MADE = 'pg.new';

/** Makes the database where there is none. A death on the way leaves nothing that looks like one. */
async function clusterIn(directory: string): Promise<string> {
  const path = join(directory, CLUSTER);
  if (existsSync(path)) return path;
  const making = join(directory, CLUSTER_BEING_MADE);
  await rm(making, { recursive: true, force: true });
  const pglite = await PGlite.create(making);
  await pglite.close();
  await rename(making, path);
  return path;
}

/** PostgreSQL's oid of `bigint`. All of ours are below 2^53, and PGlite hands them out as numbers too. */
const BIGINT_OID = 20;

function openServer(connectionString: string): OpenDatabase {
  types.setTypeParser(BIGINT_OID, Number);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString }) }) });
  return { db, maintain: async () => {}, close: () => db.destroy() };
}
