/**
 * `npm run test:consumers`: the packed package through each bundler, in two tabs of Chromium. A second tab joins the session of the first one.
 * `JMESSAGE_BUNDLERS` is the folder in which the bundlers are installed.
 */
import { execFile } from 'node:child_process';
import { access, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Consumer } from '../consumers/consumer.js';
import type { Profile } from '../kit/browser.js';
import { createWorld, type World } from '../kit/world.js';
import { APPLICATIONS, type Application } from './applications.js';

interface Window {
  JIM: {
    host: string;
    init(auth: unknown): Promise<unknown>;
    login(user: unknown): Promise<unknown>;
    attach(account: unknown): Promise<unknown>;
    getState(): { state: string; tabs: number };
  };
}

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 240_000;
const WORKER = 'jmessage-worker.min.js';
const home = process.env.JMESSAGE_BUNDLERS ?? '';
const installed = path.join(home, 'node_modules/jmessage-runtime');
const rows: string[][] = [['bundler', 'version', 'worker', 'host', 'second tab']];

let world: World;
let profile: Profile;

beforeAll(async () => {
  const packed = await Consumer.create();
  await rm(installed, { recursive: true, force: true });
  // No link, since some bundlers follow links out of the application's folder.
  await cp(packed.path('node_modules/jmessage-runtime'), installed, { recursive: true, dereference: true });
  await packed.remove();
  world = await createWorld();
  profile = await world.profile();
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await world?.close();
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
});

async function versionOf(program: string): Promise<string> {
  const [first = '', second = ''] = program.replace('./build.js', 'esbuild').split('/');
  const name = (first.startsWith('@') ? `${first}/${second}` : first)
    .replace('-cli', '')
    .replace('/cli', '/core');
  return JSON.parse(await readFile(path.join(home, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** @returns the folder that the bundler has made */
async function build({ name, files, build: command, out }: Application): Promise<string> {
  const folder = path.join(home, 'apps', name.replace(/\W+/g, '-'));
  await rm(folder, { recursive: true, force: true });
  const manifest = JSON.stringify({ name: 'consumer', type: 'module', private: true });
  for (const [file, text] of Object.entries({ ...files, 'package.json': manifest })) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  const [program, ...args] = command;
  const file = program.startsWith('./') ? program : path.join(home, 'node_modules', program);
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
  };
  await run(process.execPath, [file, ...args], { cwd: folder, env, timeout: BUILD_TIMEOUT_MS });
  const made = path.join(folder, out);
  await copyFile(path.join(folder, 'dist-page.html'), path.join(made, 'index.html')).catch(() => undefined);
  return made;
}

describe.each(APPLICATIONS)('$name', (application) => {
  const { at } = application;
  const warnings: string[] = [];

  const open = async (worker = ''): Promise<Page> => {
    const query = new URLSearchParams({ address: world.relay.url, worker });
    const page = await profile.page(`${world.site.url}${at}?${query}`);
    page.on('console', (message) => warnings.push(message.text()));
    await page.waitForFunction(() => 'JIM' in window);
    return page;
  };
  const login = (page: Page) =>
    page.evaluate(
      async ([auth, user]) => {
        const { JIM } = window as unknown as Window;
        await JIM.init(auth);
        await JIM.login(user);
        return JIM.host;
      },
      [world.auth(), world.user('alice')] as const,
    );

  test('is built, and a second tab joins the session of the first one', {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    const made = await build(application);
    world.site.mount(at, made);
    // A framework's pages have scripts of their own in their text.
    const restore = world.site.under("default-src * 'unsafe-inline' blob: data:", world.relay.url);
    const { copies } = application;
    if (copies) {
      await copyFile(path.join(installed, 'dist', WORKER), path.join(made, WORKER));
    }
    const address = copies ? `./${WORKER}` : '';
    const first = await open(address);
    const host = await login(first);
    const second = await open(address);
    await second.evaluate((account) => (window as unknown as Window).JIM.attach(account), {
      appkey: world.auth().appkey,
      username: 'alice',
    });
    const { tabs } = await second.evaluate(() => (window as unknown as Window).JIM.getState());
    const version = await versionOf(application.build[0]);
    rows.push([
      application.name,
      version,
      copies ? 'copied' : 'emitted',
      host,
      tabs === 2 ? 'joins' : 'alone',
    ]);
    expect([host, tabs]).toEqual(['shared', 2]);
    await first.close();
    await second.close();
    await profile.killSharedWorkers();
    restore();
  });

  test.skipIf(!application.copies)(
    'without the copy, a warning names the address, its answer and the remedy',
    async () => {
      warnings.length = 0;
      const page = await open();
      await page.waitForFunction(() => (window as unknown as Window).JIM.host === 'page');
      const warned = warnings.find((text) => text.includes('without the SharedWorker')) ?? '';
      expect(warned).toContain('/worker/entry.js is HTTP 404');
      expect(warned).toContain('the option "worker" names it');
      await page.close();
    },
  );
});

test('the bundlers are those of package.json', async () => {
  await access(path.join(home, 'package.json'));
  const { dependencies } = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8'));
  expect(JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')).dependencies).toEqual(
    dependencies,
  );
});
