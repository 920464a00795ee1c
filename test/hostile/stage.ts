/** Shared by figures and soak: a gateway process, accounts registered by its server API, and sending clients. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { md5 } from '../kit/signing.js';
import { APPKEY, Client, SECRET } from '../kit/wire-socket.js';

export const PASSWORD = 'secret';
const HEAP_MB = 1_024;

/** The measurements of the gateway's own process since the last request; times in milliseconds. */
export interface Probe {
  /** The delay of its event loop. */
  lateP99: number;
  /** The longest work without a look at the network. */
  blockedP99: number;
  /** The used part of one processor, 0 to 1. */
  cpu: number;
  rss: number;
  heapUsed: number;
}

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  /** Memory of the process, in megabytes. */
  rssMb(): number;
  /** Starts a new measurement. @param collect collects garbage first, for the memory figures */
  probe(collect?: 'collect'): Promise<Probe>;
  /** The processor time of its threads for the network and the database, in milliseconds; NaN if unknown. */
  takenMs(): number;
  stop(): void;
}

/** The measured processes have priority over the attackers, which stand for other machines. */
const MEASURED_PRIORITY = -5;
const ATTACKER_PRIORITY = 0;

function prioritise(pid: number | undefined, priority: number): void {
  try {
    setPriority(pid ?? 0, priority);
  } catch {
    // Only root may raise one: the figures have more of the machine's noise in them then.
  }
}

export const lower = ({ pid }: ChildProcess): void => prioritise(pid, ATTACKER_PRIORITY);

/** @param main a gateway's built command line */
export async function startGateway(main: string, data = 'memory'): Promise<Running> {
  const args = ['--port', '0', '--app', `${APPKEY}:${SECRET}`, '--data', data, '--log-level', 'silent'];
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      '--expose-gc',
      '--import',
      new URL('probe.mjs', import.meta.url).href,
      main,
      ...args,
      '--set',
      'passwordCost=10',
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  prioritise(child.pid, MEASURED_PRIORITY);
  prioritise(process.pid, MEASURED_PRIORITY);
  const { stdout } = child;
  if (!stdout) throw new Error('the gateway has no output');
  const ended = once(child, 'exit').then(() => {
    throw new Error('the gateway has ended');
  });
  // A stop is no failure.
  ended.catch(() => {});
  for await (const line of createInterface({ input: stdout })) {
    const [, url] = /listening on (\S+)$/.exec(line) ?? [];
    if (url === undefined) continue;
    const threads = busiestThreads(child.pid ?? 0);
    return {
      url,
      process: child,
      rssMb: () => rssOf(child.pid ?? 0),
      probe: async (collect) => {
        const measured = once(child, 'message');
        child.send(collect ?? 'measure');
        const [probe] = await Promise.race([measured, ended]);
        return probe as Probe;
      },
      takenMs: () => takenMs(child.pid ?? 0, threads),
      stop: () => child.kill('SIGKILL'),
    };
  }
  throw new Error('the gateway did not start');
}

const KB_PER_MB = 1_024;

function rssOf(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / KB_PER_MB);
}

const NS_PER_MS = 1e6;

/**
 * The thread of the network and the one of the database. The latter has taken more time than any other thread by the end of the start, since it
 * created the database.
 */
function busiestThreads(pid: number): number[] {
  try {
    const others = readdirSync(`/proc/${pid}/task`)
      .map(Number)
      .filter((thread) => thread !== pid)
      .toSorted((one, other) => takenMs(pid, [other]) - takenMs(pid, [one]));
    return [pid, ...others.slice(0, 1)];
  } catch {
    return [pid];
  }
}

function takenMs(pid: number, threads: readonly number[]): number {
  let ns = 0;
  for (const thread of threads) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return Number.NaN;
    }
  }
  return ns / NS_PER_MS;
}

/** How busy the machine's processors are from here on. */
export class BusyShare {
  readonly #from = processorTimes();

  /** 0 to 1. */
  share(): number {
    const to = processorTimes();
    return 1 - (to.idle - this.#from.idle) / Math.max(1, to.all - this.#from.all);
  }
}

function processorTimes(): { idle: number; all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += Object.values(times).reduce((sum, ms) => sum + ms, 0);
  }
  return { idle, all };
}

/** The application's server registers them, because limits for pages do not apply to it. */
export async function makeAccounts(url: string, names: readonly string[]): Promise<void> {
  const response = await fetch(`${url}/v1/users/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${APPKEY}:${SECRET}`).toString('base64')}`,
    },
    body: JSON.stringify(names.map((username) => ({ username, password: PASSWORD }))),
  });
  if (response.status !== 201) throw new Error(`accounts could not be made: ${await response.text()}`);
}

export async function enter(url: string, username: string): Promise<Client> {
  const client = await Client.connect(url);
  await client.init();
  const { code, message } = await client.login(username, md5(PASSWORD));
  if (code !== 0) throw new Error(`${username} cannot log in: ${message}`);
  await client.sync(0, 0);
  return client;
}

/** A gateway lets no more than 30 unproven logins of one address be under way. */
const LOGINS_AT_ONCE = 10;

/** They come from one address, so they log in a few at a time. */
export async function enterAll(url: string, names: readonly string[]): Promise<Client[]> {
  const clients: Client[] = [];
  for (let first = 0; first < names.length; first += LOGINS_AT_ONCE) {
    const some = names.slice(first, first + LOGINS_AT_ONCE);
    clients.push(...(await Promise.all(some.map((name) => enter(url, name)))));
  }
  return clients;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
