/** The script on another origin than the page, such as a CDN. Browsers refuse workers whose script is there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserProfile } from '../kit/engines/engine.js';
import { type Site, startSite } from '../kit/site.js';
import { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import type { WireClient } from '../kit/wire-client.js';
import { createWorld, type World } from '../kit/world.js';

let world: World;
let profile: BrowserProfile;
let cdn: Site;
let pages: string;
let bob: WireClient;
let undo: () => void;

beforeAll(async () => {
  world = await createWorld();
  profile = await world.anyProfile();
  bob = await world.wire('bob');
  cdn = await startSite();
  pages = await mkdtemp(path.join(os.tmpdir(), 'jmessage-pages-'));
  const sdk = `${cdn.url}/dist/jmessage-sdk-web.min.js`;
  const scripts = [sdk, '/tab.js'].map((src) => `<script src="${src}"></script>`);
  await writeFile(
    path.join(pages, 'index.html'),
    `<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">\n${scripts.join('\n')}`,
  );
  await writeFile(path.join(pages, 'worker.js'), `import '${cdn.url}/dist/jmessage-worker.min.js';`);
  world.site.mount('/far/', pages);
});
afterAll(async () => {
  await cdn.close();
  await world.close();
  await rm(pages, { recursive: true });
});
afterEach(async () => {
  undo();
  await profile.clear();
  await until('every socket to be closed', () => world.relay.open === 0);
});

/** @param workers the sources of workers in the page's policy. Browsers count imports of a worker's module as workers too. */
async function openTab(workers = `blob: ${cdn.url}`, query: Record<string, string> = {}): Promise<Tab> {
  undo?.();
  const policy = `img-src data:; script-src 'self' ${cdn.url}; worker-src ${workers}; connect-src *`;
  undo = world.site.under(policy, world.relay.url);
  const url = new URL(world.pageUrl());
  url.pathname = '/far/';
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return new Tab(await profile.page(url.href));
}

async function chats(tab: Tab, text: string): Promise<void> {
  await tab.ok('sendSingleMsg', { target_username: 'bob', content: `hello ${text}` });
  // Messages that arrive during the sync come with it, by onSyncConversation.
  await tab.waitForState('ready');
  await bob.send('alice', text);
  await tab.waitForText(text);
}

test('tabs share one socket by a leading tab, whose worker imports the script, and a next tab takes over', async () => {
  cdn.isShared = true;
  const first = await openTab();
  await first.login(world.auth(), world.user('alice'));
  const second = await openTab();
  await second.login(world.auth(), world.user('alice'));
  for (const tab of [first, second]) expect(await tab.host()).toBe('leader');
  await chats(first, 'one');
  await second.waitForText('one');
  expect(world.relay.peakFor('alice')).toBe(1);
  await first.close();
  await chats(second, 'two');
  // WebKit ends the socket of a closed page a moment later.
  await until('one socket', () => world.relay.openFor('alice') === 1);
});

test('a file on the own origin that imports the script is a SharedWorker', async () => {
  cdn.isShared = true;
  const tab = await openTab(`'self' ${cdn.url}`, { worker: '/far/worker.js' });
  await tab.login(world.auth(), world.user('alice'));
  expect(await tab.host()).toBe('shared');
  await chats(tab, 'three');
});

test('a worker that the application or its bundler makes from there is that of a leading tab too', async () => {
  cdn.isShared = true;
  const made = `${cdn.url}/dist/jmessage-worker.min.js`;
  const tab = await openTab(undefined, { made });
  await tab.login(world.auth(), world.user('alice'));
  expect(await tab.host()).toBe('leader');
  await chats(tab, 'four');
  expect(await tab.frame.evaluate(() => String(Worker).includes('native code'))).toBe(true);
});

test('a page that may not import it has the runtime in itself', async () => {
  for (const [mayShare, workers] of [
    [false, undefined],
    [true, "'self'"],
  ] as const) {
    cdn.isShared = mayShare;
    const tab = await openTab(workers);
    await tab.login(world.auth(), world.user('alice'));
    expect(await tab.host()).toBe('page');
    await chats(tab, `by ${workers}`);
    await tab.close();
  }
});
