/** The gateway: durable sends a second, and their latency at a steady rate over many connections; against bare inserts into its database. */
import { PGlite } from '@electric-sql/pglite';
import { quantile } from '../figures.js';
import { type Bench, figure, inTurns } from '../measure.js';
import { load } from '../node/load.js';
import { Stage } from '../stage.js';

const CLIENTS = 40;
const OPEN = 25;
const CONNECTIONS = 500;
const RATE = 1_000;
const BATCH = 200;

export async function gateway(bench: Bench): Promise<void> {
  const stage = await Stage.open([]);
  const seconds = bench.quick ? 2 : 10;
  try {
    const steady = bench.quick ? 50 : CONNECTIONS;
    const users = Array.from({ length: steady }, (_, i) => `user${i}`);
    for (const user of users) await stage.world.register(user);
    const bare = await PGlite.create();
    await bare.exec('create table message (id bigint primary key, body text not null)');
    let id = 0;
    const inserts = async () => {
      const until = performance.now() + seconds * 1_000;
      const from = id;
      while (performance.now() < until) {
        const rows = Array.from(
          { length: BATCH },
          () => `(${++id}, 'a message of an ordinary length as chats go')`,
        );
        await bare.exec(`insert into message values ${rows.join(',')}`);
      }
      return (id - from) / seconds;
    };
    const logins = users.map((username) => ({ auth: stage.world.auth(), user: stage.world.user(username) }));
    const options = { url: stage.world.gateway.url, seconds };
    const full = { ...options, logins: logins.slice(0, CLIENTS), open: OPEN };
    const latencies: number[] = [];
    const samples = await inTurns(bench.rounds, {
      bare: inserts,
      ours: async () => {
        const result = await load(full);
        latencies.push(...result.latencies);
        return result.latencies.length / seconds;
      },
    });
    await bare.close();
    bench.add(
      figure(
        {
          suite: 'gateway',
          name: `durable sends of ${CLIENTS} clients, ${OPEN} open each`,
          unit: 'sends/s',
          better: 'higher',
          target: { value: 15_000 },
        },
        samples.ours,
        { name: `bare inserts of one row, ${BATCH} at a time`, samples: samples.bare },
      ),
      figure({ suite: 'gateway', name: 'of these, latency p99', unit: 'ms', better: 'lower' }, [
        [quantile(latencies, 0.99)],
      ]),
    );
    const rounds = await inTurns(bench.rounds, {
      ours: async () => (await load({ ...options, logins, rate: Math.min(RATE, steady * 2) })).latencies,
    });
    for (const [share, of] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      bench.add(
        figure(
          {
            suite: 'gateway',
            name: `${Math.min(RATE, steady * 2)} sends a second over ${steady} connections, ${share}`,
            unit: 'ms',
            better: 'lower',
            ...(share === 'p99' && { target: { value: 100 } }),
          },
          rounds.ours,
          undefined,
          (values) => quantile(values, of),
        ),
      );
    }
  } finally {
    await stage.close();
  }
}
