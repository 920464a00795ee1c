/** Shared by figures and soak: a gateway process, accounts registered by its server API, and sending clients. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { APPKEY, Client, md5, SECRET } from '../../gateway/test/support/client.js';

export const PASSWORD = 'secret';
const HEAP_MB = 1_024;

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  /** Memory of the process, in megabytes. */
  rssMb(): number;
  stop(): void;
}

/** @param main a gateway's built command line */
export async function startGateway(main: string, data = 'memory'): Promise<Running> {
  const args = ['--port', '0', '--app', `${APPKEY}:${SECRET}`, '--data', data, '--log-level', 'silent'];
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, main, ...args, '--set', 'passwordCost=10'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /listening on (\S+)$/.exec(line) ?? [];
    if (url === undefined) continue;
    return {
      url,
      process: child,
      rssMb: () => rssOf(child.pid ?? 0),
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

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
