/** Pages on plain http in a company's network, and pages from the file system of an application's shell. Browsers withhold APIs from both. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { createWorld, type World } from '../kit/world.js';

/** Browsers trust the machine's own address. Another one that leads here they do not. */
const ADDRESS = '10.9.8.7';

let world: World;
let profile: Profile;
beforeAll(async () => {
  world = await createWorld();
  profile = await world.profile([`--host-resolver-rules=MAP ${ADDRESS} 127.0.0.1`]);
});
afterAll(() => world.close());

const folder = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** There are no Web Locks, no `crypto.randomUUID` and no estimate of the storage. */
async function openTab(): Promise<Tab> {
  const url = new URL(world.pageUrl());
  url.hostname = ADDRESS;
  const page = await profile.page(url.href);
  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([false, false]);
  return new Tab(page);
}

test('tabs on plain http share one socket, receive each message once, and find their session again', async () => {
  const first = await openTab();
  await first.login(world.auth(), world.user('alice'));
  const second = await openTab();
  await second.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  expect(world.relay.peakFor('alice')).toBe(1);
  const bob = await world.wire('bob');
  for (const text of ['one', 'two']) await bob.send('alice', text);
  for (const tab of [first, second]) {
    await tab.waitForText('two');
    expect(await tab.texts()).toEqual(['one', 'two']);
  }
  await first.close();
  await until('the worker to notice', async () => (await second.state()).tabs === 1);
  await second.ok('sendSingleMsg', { target_username: 'bob', content: 'from plain http' });
  await second.close();
  await profile.killSharedWorkers();
  const third = await openTab();
  await third.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  await third.waitForState('ready');
  expect(world.relay.peakFor('alice')).toBe(1);
});

test('a page from the file system chats, with the runtime in itself', async () => {
  const files = await mkdtemp(path.join(os.tmpdir(), 'jmessage-files-'));
  await cp(folder('../../dist'), files, { recursive: true });
  await cp(folder('../kit/pages/tab.js'), path.join(files, 'tab.js'));
  const scripts = ['jmessage-sdk-web.min.js', 'tab.js'].map((src) => `<script src="${src}"></script>`);
  await writeFile(path.join(files, 'index.html'), `<!doctype html><title></title>${scripts.join('')}`);
  const url = pathToFileURL(path.join(files, 'index.html'));
  url.search = new URL(world.pageUrl()).search;
  const tab = new Tab(await profile.page(url.href));
  await tab.login(world.auth(), world.user('bob'));
  expect(await tab.host()).toBe('page');
  await tab.ok('sendSingleMsg', { target_username: 'alice', content: 'from a file' });
  await tab.waitForState('ready');
  await tab.close();
  await rm(files, { recursive: true });
});
