/**
 * Several gateways on one PostgreSQL server and one Redis, which the tests start themselves. `npm run test:nodes` starts these once for all
 * files, and then every test that asks for a gateway gets two, whose sockets are assigned in turn.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { openDatabase } from '../../gateway/src/store/database.js';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import type { TestData } from './gateway-database.js';

export interface Servers {
  postgres: string;
  redis: string;
}

export interface ServerPids {
  postgres: number;
  redis: number;
}

export interface StartedServers extends Servers {
  /** Of servers of one's own. */
  readonly pids: ServerPids;
  /** Stops Redis alone. */
  redisAway(): void;
  /** Starts Redis again at the same address, empty. */
  redisBack(): Promise<void>;
  /** Redis stands still, or goes on. */
  pauseRedis(isPaused: boolean): void;
  /** Only for servers of one's own. */
  restartPostgres(): Promise<void>;
  stop(): void;
}

const { JMESSAGE_NODES_POSTGRES: givenPostgres, JMESSAGE_NODES_REDIS: givenRedis } = process.env;

/** The servers of `npm run test:nodes`: undefined in other runs. */
export const nodesRun: Servers | undefined =
  givenPostgres !== undefined && givenRedis !== undefined
    ? { postgres: givenPostgres, redis: givenRedis }
    : undefined;

function started<T>(server: T | string): T {
  if (typeof server === 'string') throw new Error(server);
  return server;
}

/**
 * A Redis of its own, and PostgreSQL of the run or a new one.
 * @param whose `own` never takes that of the run
 * @throws with a line that says what to install
 */
export async function startServers(whose: 'own' | 'any' = 'any'): Promise<StartedServers> {
  const own = nodesRun && whose === 'any' ? undefined : started(await startPostgres());
  const first = await startRedis();
  if (typeof first === 'string') {
    own?.stop();
    throw new Error(first);
  }
  // An earlier server may have had the same address.
  if (own) templates.delete(own.url);
  let redis = first;
  return {
    postgres: own?.url ?? nodesRun?.postgres ?? '',
    redis: redis.url,
    get pids() {
      return { postgres: own?.pid ?? 0, redis: redis.pid };
    },
    redisAway: () => redis.stop(),
    redisBack: async () => {
      redis = started(await startRedis(redis.port));
    },
    pauseRedis: (isPaused) => {
      process.kill(redis.pid, isPaused ? 'SIGSTOP' : 'SIGCONT');
    },
    restartPostgres: async () => {
      if (!own) throw new Error('this PostgreSQL server belongs to others as well');
      const code = await own.restart();
      if (code !== 0) throw new Error('PostgreSQL did not start again');
    },
    stop: () => {
      redis.stop();
      own?.stop();
    },
  };
}

async function run(server: string, statement: string): Promise<void> {
  const client = new Postgres({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const urlOf = (server: string, database: string): string => {
  const url = new URL(server);
  url.pathname = database;
  return url.href;
};

/** By server: a database with nothing in its tables. */
const templates = new Map<string, Promise<string>>();

async function makeTemplate(server: string): Promise<string> {
  const name = `template_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name}`);
  const opened = await openDatabase(urlOf(server, name));
  await opened.close();
  return name;
}

/** A database of its own, and a folder for its files. @param from the schema, or nothing */
export async function freshDatabase(
  server: string,
  from: 'schema' | 'empty' = 'schema',
): Promise<TestData & { media: string }> {
  const made = templates.get(server) ?? makeTemplate(server);
  templates.set(server, made);
  const template = from === 'schema' ? await made : 'template1';
  const name = `nodes_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name} template ${template}`);
  const media = await mkdtemp(join(tmpdir(), 'jmessage-nodes-'));
  return {
    path: urlOf(server, name),
    media,
    remove: async () => {
      await rm(media, { recursive: true, force: true });
      await run(server, `drop database ${name} with (force)`);
    },
  };
}
