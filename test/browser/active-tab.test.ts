/** Things that the runtime tells a page about itself: which tab of an account acts for it, and a snapshot for people. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { ENGINE } from '../kit/engines/engine.js';
import { hostWorld } from '../kit/hosted-world.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { HOST } from '../kit/world.js';

const here = hostWorld();
afterEach(() => here.profile.clear());

/** A user sees one tab at a time. Playwright's pages all look visible, and {@link opened} ones as well, so the test moves the focus. */
const focus = (tab: Tab) => tab.frame.evaluate(() => window.dispatchEvent(new Event('focus')));
const show = (tab: Tab, state: DocumentVisibilityState) =>
  tab.frame.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { get: () => value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

/** A new tab of alice's. Drivers other than Playwright hide the earlier ones. */
async function opened(): Promise<Tab> {
  const tab = await here.tabOf('alice');
  await show(tab, 'visible');
  return tab;
}

/** Ends the worker, as far as the driver can. Without Chromium's tools it is replaced: the tab has to stay until its next worker is there. */
async function loseWorker(tab: Tab): Promise<void> {
  if (ENGINE === 'chromium') return here.tools.killRuntimes();
  const { worker } = await tab.inspect();
  await tab.restart();
  await until('the next worker', async () => {
    const next = (await tab.inspect()).worker;
    return next && next.instance !== worker?.instance;
  });
}

/** Browsers freeze hidden pages only, and say so to the page. Playwright's pages are never hidden. */
const lifecycle = (tab: Tab, event: 'freeze' | 'resume') =>
  tab.frame.evaluate((type) => document.dispatchEvent(new Event(type)), event);

/** Waits until that tab is active, and checks that no other one is. */
async function activeOf(tabs: readonly Tab[], tab: Tab): Promise<void> {
  await until('the right tab to be active', () => tab.isActive());
  for (const other of tabs) expect(await other.isActive()).toBe(other === tab);
}

test('onActiveChange: the tab that was looked at last acts, and another one after it is hidden, frozen, closed or without its worker', async () => {
  const [first, second, third] = [await opened(), await opened(), await opened()];
  const bob = await here.tabOf('bob');
  await activeOf([first, second, third], third);
  await focus(first);
  await activeOf([first, second, third], first);
  await show(first, 'hidden');
  await activeOf([first, second, third], third);

  await lifecycle(third, 'freeze');
  await activeOf([first, second, third], second);
  await lifecycle(third, 'resume');
  await activeOf([first, second, third], third);

  await loseWorker(third);
  await until('one tab to be active again', async () => {
    const active = await Promise.all([first, second, third].map((tab) => tab.isActive()));
    return active.filter(Boolean).length === 1 && (await third.isActive());
  });
  await third.close();
  await activeOf([first, second], second);
  await show(first, 'visible');
  await activeOf([first, second], first);
  const changes = await first.received('onActiveChange');
  expect(changes.at(-1)).toBe(true);
  expect(changes).toEqual(changes.map((_change, index) => index % 2 === 0));

  await until('the tab of another account to be active for that account', () => bob.isActive());
  await first.ok('loginOut');
  await until('no tab to be active without an account', async () => !(await second.isActive()));
  expect(await first.isActive()).toBe(false);
});

test('inspect shows host, tabs, accounts and log, and no contents or secrets', async () => {
  const [alice, another] = [await opened(), await opened()];
  await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'nobody else should read this' });
  let found = await alice.inspect();
  // A tab that was just shown probes its connection. That request is open for a moment, and an own message is written a moment later.
  await until('no request to be open, and the message to be stored', async () => {
    found = await alice.inspect();
    return found.worker?.accounts.every(
      ({ openRequests, cacheBytes }) => openRequests.length === 0 && cacheBytes > 0,
    );
  });
  expect(found).toMatchObject({ host: HOST, worker: { build: found.build } });
  const { tabs = [], accounts = [], log = [] } = found.worker ?? {};
  expect(tabs.filter(({ username }) => username === 'alice')).toHaveLength(2);
  expect(tabs.find(({ active }) => active)?.id).toBe((await another.inspect()).tabId);
  expect(accounts).toMatchObject([
    {
      address: here.world.relay.url,
      state: { username: 'alice', state: 'ready', tabs: 2 },
      openRequests: [],
    },
  ]);
  expect(log.some((line) => line.endsWith('alice: ready'))).toBe(true);
  const { password } = here.world.user('alice') as { password: string };
  const digest = createHash('md5').update(password).digest('hex');
  for (const secret of ['nobody else', password, digest, here.world.auth().signature]) {
    expect(JSON.stringify(found)).not.toContain(secret);
  }
});
