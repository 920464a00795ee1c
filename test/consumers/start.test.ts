/** `npm start` in a fresh clone: one command, one URL, and no process left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProfile, type Profile } from '../kit/browser.js';
import { freshGatewayData } from '../kit/gateway.js';
import { until } from '../kit/until.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** This includes the build of the demo. */
const START_TIMEOUT_MS = 45_000;

let data: string;
let profile: Profile;
const started: ChildProcess[] = [];

beforeAll(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'jmessage-data-'));
  const empty = await freshGatewayData();
  await rename(empty, path.join(data, 'gateway'));
  profile = await openProfile();
});
afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await profile.destroy();
  await rm(data, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  ended: Promise<number | null>;
  url: string;
  output(): string;
}

async function start(): Promise<Started> {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: ROOT,
    env: { ...process.env, JMESSAGE_DATA: data, NODE_ENV: undefined, VITEST: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own for Ctrl-C, because a terminal signals the whole group.
    detached: true,
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await until(
    'the URL to open',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended:\n${output}`);
      return /Open (http\S+)/.exec(output)?.[1];
    },
    START_TIMEOUT_MS,
  );
  return { child, ended, url, output: () => output };
}

test('the page at its URL logs a demo account in, and Ctrl-C ends everything', async () => {
  const { child, ended, url, output } = await start();
  const page = await profile.page(url);
  await page.getByRole('button', { name: /Alice/ }).click();
  await page.getByText('Bob Wang').first().waitFor();
  await page.close();
  const gateway = await gatewayOf(child);
  // Other users of the machine must not see the secret.
  const secret = (await readFile(path.join(data, 'secret'), 'utf8')).trim();
  expect(await readFile(`/proc/${gateway}/cmdline`, 'utf8')).not.toContain(secret);
  const { headers } = await fetch(url);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(output().match(/http:/g)).toHaveLength(1);

  process.kill(-pidOf(child), 'SIGINT');
  expect(await ended).toBe(0);
  expect(existsSync(`/proc/${gateway}`)).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
});

test('a gateway that dies is started again behind the open page, and SIGTERM to npm alone ends everything', async () => {
  const { child, ended, url, output } = await start();
  const page = await profile.page(url);
  await page.getByRole('button', { name: /Alice/ }).click();
  await page.getByTestId('connection').getByText('Online').waitFor();
  process.kill(await gatewayOf(child), 'SIGKILL');
  await page.getByTestId('outage').waitFor();
  await until('the next gateway', () => output().includes('The gateway is back'));
  await page.getByTestId('connection').getByText('Online').waitFor();
  await page.close();

  const gateway = await gatewayOf(child);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(existsSync(`/proc/${gateway}`)).toBe(false);
});

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process did not start');
  return child.pid;
}

/** The process id of the gateway, which is a grandchild of npm. */
async function gatewayOf(child: ChildProcess): Promise<number> {
  const find = async (pid: number): Promise<number | undefined> => {
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('gateway/dist/main.js')) return pid;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    for (const each of children.split(' ').filter(Boolean)) {
      const found = await find(Number(each));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const gateway = await find(pidOf(child));
  if (gateway === undefined) throw new Error('there is no gateway below it');
  return gateway;
}
