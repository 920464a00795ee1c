/** Clients that send to each other, in a process of their own: their work must not stand in the way of the one who measures. */
import { spawn } from 'node:child_process';
import type { AuthPayload } from '../../../src/protocol/index.js';
import { LeanClient } from './lean-client.js';

interface Load {
  url: string;
  logins: { auth: AuthPayload; user: { username: string; password: string } }[];
  seconds: number;
  /** Each client has so many sends unanswered at any time. */
  open?: number;
  /** Or so many sends a second, of all clients together. */
  rate?: number;
}

interface LoadResult {
  /** ms from a send to its answer. */
  latencies: number[];
}

/** Runs a load in another process. */
export function load(options: Load): Promise<LoadResult> {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'bench', '--load'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as LoadResult));
    child.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
    child.send(options);
  });
}

/** The other process. */
export async function answerLoad(): Promise<void> {
  const options = await new Promise<Load>((resolve) =>
    process.once('message', (message) => resolve(message as Load)),
  );
  const result = await run(options);
  process.send?.(result, () => process.exit(0));
}

async function run({ url, logins, seconds, open, rate }: Load): Promise<LoadResult> {
  const clients: LeanClient[] = [];
  for (const { auth, user } of logins) {
    const client = await LeanClient.connect(url);
    await client.login(auth, user);
    clients.push(client);
  }
  // Of an earlier round. Their sends would wait for it, and measure that.
  for (const client of clients) await client.catchUp();
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1_000;
  const send = async (index: number) => {
    const started = performance.now();
    const target = logins[(index * 7 + 1) % logins.length]?.user.username ?? '';
    await clients[index]?.send(target, 'a message of an ordinary length as chats go');
    latencies.push(performance.now() - started);
  };
  if (rate === undefined) {
    const lanes = clients.flatMap((_, index) => Array.from({ length: open ?? 1 }, () => index));
    await Promise.all(
      lanes.map(async (index) => {
        while (performance.now() < until) await send(index);
      }),
    );
  } else {
    const started = performance.now();
    const sends: Promise<void>[] = [];
    while (performance.now() < until) {
      const due = Math.floor(((performance.now() - started) / 1_000) * rate);
      while (sends.length < due) sends.push(send(sends.length % clients.length));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(sends);
  }
  for (const client of clients) client.close();
  return { latencies };
}
