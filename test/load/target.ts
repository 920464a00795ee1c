/** The gateway under load: one process on PGlite, or nodes on PostgreSQL and Redis. */
import { Redis } from 'ioredis';
import { Client as Postgres } from 'pg';
import { type Gateway, startGateway } from '../kit/gateway.js';
import { startCluster } from '../kit/gateway-cluster.js';
import { type Used, usedBy, usedByAll } from './processes.js';

/** Limits that a load from one address meets at once. */
const SETTINGS = [
  'handshakeBurst=100000',
  'socketsOfAddress=100000',
  'strangersOfAddress=100000',
  'sockets=100000',
  'connections=200000',
  'strangerBurst=1000000',
  'requestBurst=1000000',
  'requestsPerSecond=100000',
];
const POSTGRES = 'PostgreSQL';
const REDIS = 'Redis';
/** By name. */
export const SERVERS: ReadonlySet<string> = new Set([POSTGRES, REDIS]);
const ARGS = [...SETTINGS.flatMap((setting) => ['--set', setting]), '--log-level', 'warn'];

/** The work of the servers so far. */
export interface Done {
  redisCommands: number;
  rows: number;
  commits: number;
}

export interface Target {
  /** Connections are given to these in turn. */
  readonly urls: readonly string[];
  readonly gateway: Gateway;
  /** By name of a process. */
  used(): Map<string, Used>;
  /** Undefined for a single process. */
  done(): Promise<Done> | undefined;
  close(): Promise<void>;
}

export async function openTarget(nodes: number): Promise<Target> {
  if (nodes === 0) {
    const gateway = await startGateway({ args: ARGS });
    return {
      urls: [gateway.url],
      gateway,
      used: () => new Map([['gateway on PGlite', usedBy(gateway.pid)]]),
      done: () => undefined,
      close: () => gateway.destroy(),
    };
  }
  const cluster = await startCluster({ nodes, args: ARGS });
  return {
    urls: cluster.nodes.map(({ gateway }) => gateway.url),
    gateway: cluster,
    used: () =>
      new Map([
        ...cluster.nodes.map(({ gateway }, index) => [`node ${index + 1}`, usedBy(gateway.pid)] as const),
        [POSTGRES, usedByAll(cluster.pids.postgres)],
        [REDIS, usedBy(cluster.pids.redis)],
      ]),
    done: () => doneBy(cluster.data, cluster.redisUrl),
    close: () => cluster.destroy(),
  };
}

async function doneBy(postgresUrl: string, redisUrl: string): Promise<Done> {
  const redis = new Redis(redisUrl, { lazyConnect: true });
  const postgres = new Postgres({ connectionString: postgresUrl });
  await Promise.all([redis.connect(), postgres.connect()]);
  try {
    const stats = await redis.info('stats');
    const { rows } = await postgres.query(`
      select tup_inserted + tup_updated + tup_deleted as rows, xact_commit as commits
      from pg_stat_database where datname = current_database()`);
    return {
      redisCommands: Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]),
      rows: Number(rows[0]?.rows),
      commits: Number(rows[0]?.commits),
    };
  } finally {
    redis.disconnect();
    await postgres.end();
  }
}
