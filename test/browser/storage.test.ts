/** The data that an account keeps in the browser: they outlive the last tab, in every engine. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserProfile } from '../kit/engines/engine.js';
import { fileForm } from '../kit/forms.js';
import { textOf } from '../kit/message-parts.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import type { WireClient } from '../kit/wire-client.js';
import { createWorld, type World } from '../kit/world.js';

let world: World;
let profile: BrowserProfile;
let bob: WireClient;

beforeAll(async () => {
  world = await createWorld();
  profile = await world.anyProfile();
  bob = await world.wire('bob');
});
afterAll(() => world.close());
afterEach(async () => {
  world.relay.refuse(false);
  await profile.clear();
  await until('every socket to be closed', () => world.relay.open === 0);
});

async function enter(): Promise<Tab> {
  const tab = await world.tab(profile);
  await tab.login(world.auth(), world.user('alice'));
  await tab.waitForState('ready');
  return tab;
}

async function attached(): Promise<Tab> {
  const tab = await world.tab(profile);
  await tab.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  return tab;
}

async function goOffline(tab: Tab): Promise<void> {
  world.relay.refuse(true);
  world.relay.cutAll();
  await tab.waitForState('waiting');
}

const entries = async (tab: Tab) => (await tab.ok('getOutbox')).entries.length;

test('texts and files that were sent offline outlive the last tab, and are sent once after the return of one', async () => {
  const tab = await enter();
  await goOffline(tab);
  const file = await fileForm(new TextEncoder().encode('thirteen byte'), 'a.txt', 'text/plain');
  const queued = (count: number) => until('it to be queued', async () => (await entries(tab)) === count);
  const target_username = 'bob';
  // The page that waits for the answers is closed meanwhile.
  void tab.call('sendSingleMsg', { target_username, content: 'before' }).catch(() => undefined);
  await queued(1);
  void tab.call('sendSingleFile', { target_username, file }).catch(() => undefined);
  await queued(2);
  void tab.call('sendSingleMsg', { target_username, content: 'after' }).catch(() => undefined);
  await queued(3);
  expect(await tab.received('onDegraded')).toEqual([]);
  await profile.clear();
  const next = await attached();
  expect(await entries(next)).toBe(3);
  world.relay.refuse(false);
  // The browser says so when the network is back.
  await next.frame.evaluate(() => void window.dispatchEvent(new Event('online')));
  await until('them to be sent', async () => (await entries(next)) === 0);
  const [before, sent, after, ...more] = await world.stored('bob');
  expect([before, after].map((message) => message && textOf(message))).toEqual(['before', 'after']);
  expect(sent?.content.msg_body).toMatchObject({ fname: 'a.txt', fsize: 13 });
  expect(more).toEqual([]);
  expect(await next.received('onDegraded')).toEqual([]);
  bob = await world.wire('bob');
});

test('the history is read offline, from the cache, in a tab after the last one', async () => {
  const tab = await enter();
  for (const text of ['one', 'two', 'three']) await bob.send('alice', text);
  await tab.waitForText('three');
  const read = async (one: Tab) => {
    const { messages } = await one.ok('getHistory', { username: 'bob' });
    return messages.map(textOf).slice(-3);
  };
  expect(await read(tab)).toEqual(['one', 'two', 'three']);
  await goOffline(tab);
  await profile.clear();
  const next = await attached();
  expect(await read(next)).toEqual(['one', 'two', 'three']);
  expect(await next.received('onDegraded')).toEqual([]);
});
