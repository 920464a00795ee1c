/** Two builds of a site at the same time, at one address and at two, and a worker that is replaced. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PROTOCOL, RUNTIME_VERSION } from '../../src/protocol/tab-worker/worker-address.js';
import type { Profile } from '../kit/browser.js';
import { type BrowserProfile, ENGINE } from '../kit/engines/engine.js';
import type { Frame } from '../kit/relay.js';
import { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { createWorld, OUTLIVES_NAVIGATION, type World } from '../kit/world.js';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const PAGES = fileURLToPath(new URL('../kit/pages/', import.meta.url));
const SENDS = 60;
const NEXT = { version: '9.0.0', protocol: PROTOCOL };
const ANOTHER = { version: '9.1.0', protocol: PROTOCOL + 1 };
const folders: string[] = [];

const send = ({ event, direction }: Frame) => direction === 'up' && event === 's_across_single_text';

let world: World;
let profile: BrowserProfile;

/** The published files with another version and protocol in them. */
async function build({ version, protocol }: typeof NEXT): Promise<string> {
  const folder = `${await mkdtemp(path.join(os.tmpdir(), 'jmessage-build-'))}/`;
  folders.push(folder);
  await cp(DIST, folder, { recursive: true });
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.min.js'))) {
    const source = await readFile(folder + file, 'utf8');
    await writeFile(
      folder + file,
      source.replaceAll(RUNTIME_VERSION, version).replaceAll(String(PROTOCOL), String(protocol)),
    );
  }
  const page = await readFile(`${PAGES}index.html`, 'utf8');
  await writeFile(`${folder}index.html`, page.replace('/dist/', '/next/'));
  return folder;
}

beforeAll(async () => {
  world = await createWorld();
  profile = await world.anyProfile();
});
afterAll(async () => {
  await world.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});
afterEach(async () => {
  world.site.mount('/dist/', DIST);
  await profile.clear();
});

async function openTab(username = 'alice'): Promise<Tab> {
  const tab = await world.tab(profile);
  await tab.login(world.auth(), world.user(username));
  await tab.waitForState('ready');
  return tab;
}
/** A tab of the build under that path. */
async function openTabAt(pathname: string): Promise<Tab> {
  const tab = new Tab(
    await profile.page(new URL(pathname + new URL(world.pageUrl()).search, world.site.url).href),
  );
  await tab.login(world.auth(), world.user('alice'));
  await tab.waitForState('ready');
  return tab;
}
const buildOf = async (tab: Tab) => (await tab.inspect()).worker?.build;

test.each([
  ['one address', '/dist/', '/'],
  ['two addresses', '/next/', '/next/'],
])(
  'a newer build takes the account over at %s: no send is lost, and the older tab goes on through it',
  async (_title, mount, pathname) => {
    const old = await openTab();
    expect(await buildOf(old)).toBe(RUNTIME_VERSION);
    world.site.mount(mount, await build(NEXT));
    const target = `receiver-of-${mount.slice(1, -1)}`;
    await world.register(target);
    const since = world.relay.mark();
    const sending = old.burst(target, 'text', SENDS);
    await until('the sends to be under way', () => world.relay.frames(send, since).length >= 10);
    const next = await openTabAt(pathname);
    expect(await sending).toEqual(
      Array.from({ length: SENDS }, () => expect.objectContaining({ settled: 1, kind: 'success' })),
    );
    const texts = (await world.stored(target)).map(
      ({ content }) => (content.msg_body as { text?: string }).text,
    );
    expect(texts).toEqual(Array.from({ length: SENDS }, (_, n) => `text ${n}`));
    await old.waitForState('ready');
    expect([await buildOf(old), await buildOf(next)]).toEqual([NEXT.version, NEXT.version]);
    for (const listener of ['onDisconnect', 'onOutdated', 'onEventNotification'] as const) {
      expect(await old.received(listener)).toEqual([]);
    }
    expect([world.relay.peakFor('alice'), world.relay.openFor('alice')]).toEqual([1, 1]);
    // A later tab of the older build is sent on.
    world.site.mount('/dist/', DIST);
    expect(await buildOf(await openTab())).toBe(NEXT.version);
    expect([world.relay.peakFor('alice'), world.relay.openFor('alice')]).toEqual([1, 1]);
  },
);

test('onOutdated: a newer build in another protocol leaves the older tab with a clear state and 889006', async () => {
  const old = await openTab();
  world.site.mount('/dist/', await build(ANOTHER));
  const next = await openTab();
  await until('the old tab to be informed', async () => (await old.received('onOutdated')).length === 1);
  expect(await old.state()).toMatchObject({ state: 'ended', reason: 'superseded', username: 'alice' });
  expect(await old.call('getFriendList')).toMatchObject({ kind: 'failure', error: { code: 889006 } });
  expect(await buildOf(next)).toBe(ANOTHER.version);
  expect(world.relay.peakFor('alice')).toBe(1);
});

// Only the driver of Chromium can hang a worker from outside.
test.runIf(ENGINE === 'chromium')(
  'restart replaces a wedged worker for every tab, and a later tab finds the new one at once',
  async () => {
    const [tab, other] = [await openTab(), await openTab()];
    const before = (await tab.inspect()).worker?.instance;
    await (profile as Profile).wedgeRuntimes();
    const call = tab.ok('sendSingleMsg', { target_username: 'bob', content: 'through the next worker' });
    await tab.restart();
    await call;
    await until('both tabs to have the new worker', async () => {
      const workers = await Promise.all([tab, other].map((one) => one.inspect()));
      return workers.every(({ worker }) => worker && worker.instance !== before);
    });
    const startedAt = Date.now();
    const late = await openTab();
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect((await late.inspect()).worker?.instance).toBe((await tab.inspect()).worker?.instance);
  },
);

test.runIf(OUTLIVES_NAVIGATION)('a single tab keeps its socket over another page of the site', async () => {
  const page = await profile.page(world.pageUrl());
  const tab = new Tab(page);
  await tab.login(world.auth(), world.user('alice'));
  await tab.waitForState('ready');
  const sockets = world.relay.total;
  // That page has no runtime.
  await page.goto(new URL('/elsewhere.html', world.site.url).href);
  await page.goto(world.pageUrl());
  await tab.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  await tab.waitForState('ready');
  expect(world.relay.total).toBe(sockets);
});
