/**
 * The gateway: durable sends a second, and their latency at a steady rate over many connections; against bare inserts into the same database.
 * With the embedded database, and with a PostgreSQL server of its own.
 */
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { startPostgres } from '../../../scripts/lib/postgres.mjs';
import { startGateway } from '../../kit/gateway.js';
import { register } from '../../kit/wire-client.js';
import { quantile } from '../figures.js';
import { type Bench, figure, inTurns } from '../measure.js';
import { load } from '../node/load.js';
import { UNLIMITED } from '../stage.js';

const CLIENTS = 40;
const OPEN = 25;
const CONNECTIONS = 500;
const RATE = 1_000;
const BATCH = 200;
const WARM_UP_S = 3;
const TEXT = 'a message of an ordinary length as chats go';

interface Database {
  name: string;
  /** Arguments of the gateway that uses it. */
  args: string[];
  run(statements: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function gateway(bench: Bench): Promise<void> {
  for (const open of [openPglite, openPostgres]) {
    const database = await open();
    if (typeof database === 'string') {
      console.log(database);
      continue;
    }
    try {
      await measure(bench, database);
    } finally {
      await database.close();
    }
  }
}

async function openPglite(): Promise<Database> {
  const bare = await PGlite.create();
  return {
    name: 'PGlite',
    args: [],
    run: (statements) => bare.exec(statements),
    close: () => bare.close(),
  };
}

/** @returns the reason for its absence in words */
async function openPostgres(): Promise<Database | string> {
  const server = await startPostgres();
  if (typeof server === 'string') return server;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    name: 'PostgreSQL',
    args: ['--data', server.url],
    run: (statements) => client.query(statements),
    close: async () => {
      await client.end();
      server.stop();
    },
  };
}

async function measure(bench: Bench, database: Database): Promise<void> {
  const seconds = bench.quick ? 2 : 10;
  const connections = bench.quick ? 50 : CONNECTIONS;
  const server = await startGateway({ args: [...UNLIMITED, ...database.args] });
  try {
    const users = Array.from({ length: connections }, (_, i) => ({
      username: `user${i}`,
      password: 'secret',
    }));
    for (const user of users) await register(server.url, { auth: () => server.auth(), ...user });
    const options = { url: server.url, seconds };
    const logins = users.map((user) => ({ auth: server.auth(), user }));

    const latencies: number[] = [];
    const insert = await inserter(database);
    const full = await inTurns(bench.rounds, {
      bare: () => insert(seconds),
      ours: async () => {
        const result = await load({ ...options, logins: logins.slice(0, CLIENTS), open: OPEN });
        for (const one of result.latencies) latencies.push(one);
        return result.latencies.length / seconds;
      },
    });
    const about = (name: string, unit: string) => ({
      suite: 'gateway',
      name: `${database.name}: ${name}`,
      unit,
    });
    bench.add(
      figure(
        {
          ...about(`durable sends of ${CLIENTS} clients, ${OPEN} open each`, 'sends/s'),
          better: 'higher',
          target: { value: 15_000 },
        },
        full.ours,
        { name: `bare inserts of one row, ${BATCH} at a time`, samples: full.bare },
      ),
      figure({ ...about('of these, latency p99', 'ms'), better: 'lower' }, [[quantile(latencies, 0.99)]]),
    );

    const rate = Math.min(RATE, connections * 2);
    // Clients that have never been there, and code that is not compiled yet, are no steady rate.
    await load({ ...options, seconds: WARM_UP_S, logins, rate });
    const steady = await inTurns(bench.rounds, {
      ours: async () => (await load({ ...options, logins, rate })).latencies,
    });
    for (const [share, of] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      bench.add(
        figure(
          {
            ...about(`${rate} sends a second over ${connections} connections, ${share}`, 'ms'),
            better: 'lower',
            ...(share === 'p99' && { target: { value: 100 } }),
          },
          steady.ours,
          undefined,
          (values) => quantile(values, of),
        ),
      );
    }
  } finally {
    await server.destroy();
  }
}

/** @returns inserts rows for so many seconds, and resolves with the rows a second */
async function inserter({ run }: Database): Promise<(seconds: number) => Promise<number>> {
  await run('create table bare_message (id bigint primary key, body text not null)');
  let id = 0;
  return async (seconds) => {
    const until = performance.now() + seconds * 1_000;
    const from = id;
    while (performance.now() < until) {
      const rows = Array.from({ length: BATCH }, () => `(${++id}, '${TEXT}')`);
      await run(`insert into bare_message values ${rows.join(',')}`);
    }
    return (id - from) / seconds;
  };
}
