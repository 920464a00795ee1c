/** Tabs that have gone leave nothing behind: no lock, no socket, and no memory in the worker. */
import { expect, test } from 'vitest';
import { hostWorld } from '../kit/hosted-world.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { workerHeapOf } from '../kit/worker-heap.js';
import type { HostKind } from '../kit/world.js';

const SPEED = 40;
const TABS = 20;
/** Two hundred tabs. */
const ROUNDS = 10;
/** A tab that stayed in the worker's maps would keep more. */
const MAX_KEPT_BYTES_PER_TAB = 2_000;

const here = hostWorld();

/** The locks of the origin that the runtime holds or waits for. */
const locks = ({ frame }: Pick<Tab, 'frame'>) =>
  frame.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return [...held, ...pending].map(({ name = '' }) => name).filter((name) => name.startsWith('jmessage:'));
  });

/** Tabs come, log in and go. All but the first are iframes of its page. Each is a client of its own to the worker, with port, lock and session. */
async function visit(host: HostKind, stays: Tab): Promise<void> {
  const tabs = await here.world.tabs(here.profile, TABS, { host });
  await Promise.all(tabs.map((tab) => here.logIn(tab, 'alice')));
  await tabs[0]?.close();
  await until('the tabs to be gone', async () => (await stays.state()).tabs === 1);
}

test('two hundred tabs that come and go leave no lock and no memory in the worker of one that stays', async () => {
  const stays = await here.tabOf('alice', { host: 'shared' });
  await stays.waitForState('ready');
  const before = (await locks(stays)).length;
  // The first ones fill the worker's caches.
  await visit('shared', stays);
  const heap = await workerHeapOf(here.tools);
  for (let round = 0; round < ROUNDS; round += 1) await visit('shared', stays);
  await until('the locks to be released', async () => (await locks(stays)).length === before);
  const kept = ((await workerHeapOf(here.tools)) - heap) / (ROUNDS * TABS);
  expect(kept).toBeLessThan(MAX_KEPT_BYTES_PER_TAB);
  expect((await stays.inspect()).worker?.tabs).toHaveLength(1);
  await stays.close();
  await here.profile.clear();
});

test.each(['shared', 'leader', 'page'] as const)(
  'after the last tab of the host "%s" no socket and no lock is left',
  async (host) => {
    // A session outlives its last tab for a moment, which a fast clock shortens. The page host has no session without its tab.
    const worker = host === 'page' ? {} : { worker: await here.world.fastWorker(SPEED) };
    const tab = await here.tabOf('alice', { host, ...worker });
    await tab.waitForState('ready');
    const other = await here.profile.page(`${here.world.site.url}/elsewhere.html`);
    expect(await locks({ frame: other })).not.toEqual([]);
    await tab.close();
    await until('the socket to be closed', () => here.world.relay.open === 0);
    // The browser ends a SharedWorker without tabs by itself, and keeps it for a moment for the next page.
    if (host === 'shared') await here.tools.killSharedWorkers();
    await until('the locks to be released', async () => (await locks({ frame: other })).length === 0);
    await other.close();
  },
);
