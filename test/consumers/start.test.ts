/** `npm start`, as somebody who has just cloned the project meets it: one command, one URL, and nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProfile, type Profile } from '../harness/browser.js';
import { freshGatewayData } from '../harness/gateway.js';
import { until } from '../harness/until.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The build of the demo included. */
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
  const child = spawn(process.execPath, ['scripts/run.mjs', 'start'], {
    cwd: ROOT,
    env: { ...process.env, JMESSAGE_DATA: data, NODE_ENV: undefined, VITEST: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
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

  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(output().match(/http:/g)).toHaveLength(1);
  await expect(fetch(url)).rejects.toThrow();
});

test('a gateway that dies is said to have died, and the start has failed', async () => {
  const { child, ended, output } = await start();
  const listening = await gatewayOf(child);
  process.kill(listening, 'SIGKILL');
  expect(await ended).toBe(1);
  expect(output()).toContain('The gateway has ended');
});

/** The process id of the gateway that was started: the only child that stays. */
async function gatewayOf(child: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}
