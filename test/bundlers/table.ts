/**
 * The packed package through each bundler, in two tabs of Chromium: a second tab joins the session of the first one. The results are a table.
 * `npm run test:consumers` runs all applications, and `npm test` those that need no packages beyond this repository's. It prints the others as
 * they were recorded.
 */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Consumer } from '../consumers/consumer.js';
import type { Profile } from '../kit/browser.js';
import { createWorld, type World } from '../kit/world.js';
import { APPLICATIONS, type Application } from './applications.js';
import { type Row, record, tableOf } from './record.js';

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
const PACKAGE = 'jmessage-runtime';
const WORKER = 'jmessage-worker.min.js';
const OWN_PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

const manifestOf = async (folder: string): Promise<{ version: string }> =>
  JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));

/** @param home the folder in which the bundlers are installed; without it the package is installed for the tests' time */
export function testApplications(applications: readonly Application[], home?: string): void {
  const rows: Row[] = [];
  let folder: string;
  let installed: string;
  let packed: Consumer;
  let world: World;
  let profile: Profile;

  beforeAll(async () => {
    packed = await Consumer.create();
    folder = home ?? packed.folder;
    installed = path.join(folder, 'node_modules', PACKAGE);
    if (home !== undefined) {
      await rm(installed, { recursive: true, force: true });
      // No link, since some bundlers follow links out of the application's folder.
      await cp(packed.path('node_modules', PACKAGE), installed, { recursive: true, dereference: true });
    }
    // Bundlers read the nearest one above an application, and this repository's names the package's sources.
    await writeFile(path.join(folder, 'tsconfig.json'), '{}\n');
    world = await createWorld();
    profile = await world.profile();
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await world?.close();
    await packed?.remove();
    const isWhole = rows.length === APPLICATIONS.length && rows.every((row) => row.at(-1) === 'joins');
    if (isWhole) record(rows);
    console.log(tableOf(rows));
  });

  async function versionOf({ build, isServed }: Application): Promise<string> {
    const program = isServed ? 'vite/' : build?.[0];
    if (program === undefined) return (await manifestOf(installed)).version;
    const [first = '', second = ''] = program.replace('./build.js', 'esbuild').split('/');
    const name = (first.startsWith('@') ? `${first}/${second}` : first)
      .replace('-cli', '')
      .replace('/cli', '/core');
    return (await manifestOf(path.join(first === 'vite' ? OWN_PACKAGES : `${home}/node_modules`, name)))
      .version;
  }

  /** @returns the folder of the application, and the folder that its bundler has made */
  async function make({ name, files, build, isOwn, out }: Application): Promise<[string, string]> {
    const app = path.join(folder, 'apps', name.replace(/\W+/g, '-'));
    await rm(app, { recursive: true, force: true });
    const manifest = JSON.stringify({ name: 'consumer', type: 'module', private: true });
    for (const [file, text] of Object.entries({ ...files, 'package.json': manifest })) {
      await mkdir(path.dirname(path.join(app, file)), { recursive: true });
      await writeFile(path.join(app, file), text);
    }
    const made = path.join(app, out);
    if (build !== undefined) {
      const [program, ...args] = build;
      const packages = isOwn ? OWN_PACKAGES : path.join(folder, 'node_modules');
      const file = program.startsWith('./') ? program : path.join(packages, program);
      const env = {
        ...process.env,
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        NUXT_TELEMETRY_DISABLED: '1',
      };
      await run(process.execPath, [file, ...args], { cwd: app, env, timeout: BUILD_TIMEOUT_MS });
      await copyFile(path.join(app, 'dist-page.html'), path.join(made, 'index.html')).catch(() => undefined);
    }
    return [app, made];
  }

  /** @returns the address of the running application, its end, and its built folder */
  async function start(application: Application): Promise<[string, () => Promise<void>, string]> {
    const { at, build, copies, isServed } = application;
    const [app, made] = await make(application);
    if (isServed) {
      const server = await createServer({
        root: app,
        configFile: false,
        logLevel: 'error',
        server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
      });
      await server.listen();
      return [server.resolvedUrls?.local[0] ?? '', () => server.close(), made];
    }
    if (build === undefined)
      await cp(path.join(installed, 'dist'), path.join(made, 'dist'), { recursive: true });
    if (copies) await copyFile(path.join(installed, 'dist', WORKER), path.join(made, WORKER));
    world.site.mount(at, made);
    // A framework's pages have scripts of their own in their text.
    const restore = world.site.under("default-src * 'unsafe-inline' blob: data:", world.relay.url);
    return [world.site.url + at, async () => restore(), made];
  }

  describe.each(applications)('$name', (application) => {
    const { at, copies } = application;
    const warnings: string[] = [];

    const open = async (site: string, worker = ''): Promise<Page> => {
      const query = new URLSearchParams({ address: world.relay.url, worker });
      const page = await profile.page(`${site}?${query}`);
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
      const [site, end, made] = await start(application);
      if (application.renders !== undefined) {
        expect(await readFile(path.join(made, 'index.html'), 'utf8')).toContain(application.renders);
      }
      const address = copies ? `./${WORKER}` : '';
      const first = await open(site, address);
      const host = await login(first);
      const second = await open(site, address);
      await second.evaluate((account) => (window as unknown as Window).JIM.attach(account), {
        appkey: world.auth().appkey,
        username: 'alice',
      });
      const { tabs } = await second.evaluate(() => (window as unknown as Window).JIM.getState());
      const worker = application.build === undefined ? 'as it is' : copies ? 'copied' : 'emitted';
      rows.push([
        application.name,
        await versionOf(application),
        worker,
        host,
        tabs === 2 ? 'joins' : 'alone',
      ]);
      expect([host, tabs]).toEqual(['shared', 2]);
      expect(await profile.sharedWorkers()).toContainEqual(
        expect.objectContaining({ url: expect.stringContaining(new URL(site).origin) }),
      );
      if (application.renders !== undefined) await first.getByRole('heading', { name: 'ready' }).waitFor();
      await first.close();
      await second.close();
      await profile.killSharedWorkers();
      await end();
    });

    const without = copies ? test : null;
    without?.('without the copy, a warning names the address, its answer and the remedy', async () => {
      warnings.length = 0;
      const page = await open(world.site.url + at);
      await page.waitForFunction(() => (window as unknown as Window).JIM.host === 'page');
      const warned = warnings.find((text) => text.includes('without the SharedWorker')) ?? '';
      expect(warned).toContain('/worker/entry.js is HTTP 404');
      expect(warned).toContain('the option "worker" names it');
      await page.close();
    });
  });
}
