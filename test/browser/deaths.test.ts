/** Deaths in the hosts "shared" and "page": how soon another worker is up, and what a page leaves. Those of the leader host are in `hosts.test.ts`. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { hostWorld } from '../kit/hosted-world.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';

const REPORTED_MS = 1_000;
const UNREPORTED_MS = 10_000;
/** A page that is left does something else for so long. */
const LEAVING_MS = 1_500;

const here = hostWorld();
beforeAll(() => here.world.register('carol'));
afterEach(() => here.profile.clear());

const instanceOf = async (tab: Tab) => (await tab.inspect()).worker?.instance;
const inTheNext = (tabs: readonly Tab[], before: string | undefined) =>
  until('all tabs to have the next worker', async () => {
    const instances = await Promise.all(tabs.map(instanceOf));
    return instances.every((instance) => instance !== undefined && instance !== before);
  });

/** A machine that other work slows down gets the time in which it has just opened two tabs. */
async function twoTabs(): Promise<[tabs: readonly [Tab, Tab], before: string | undefined, tookMs: number]> {
  const startedAt = Date.now();
  const tabs = [
    await here.tabOf('alice', { host: 'shared' }),
    await here.tabOf('alice', { host: 'shared' }),
  ] as const;
  for (const tab of tabs) await tab.waitForState('ready');
  return [tabs, await instanceOf(tabs[0]), Date.now() - startedAt];
}

test('a SharedWorker that the browser kills has a successor within a second', async () => {
  const [tabs, before, tookMs] = await twoTabs();
  const sockets = here.world.relay.totalFor('alice');
  const killedAt = Date.now();
  await here.tools.killSharedWorkers();
  await until('a new socket', () => here.world.relay.totalFor('alice') === sockets + 1);
  expect(Date.now() - killedAt).toBeLessThan(Math.max(REPORTED_MS, tookMs));
  await inTheNext(tabs, before);
});

test('a SharedWorker that hangs has a successor within ten seconds, which answers the calls of every tab', async () => {
  const [tabs, before, tookMs] = await twoTabs();
  const hungAt = Date.now();
  await here.tools.wedgeRuntimes();
  const message = { target_username: 'bob', content: 'to a worker that hangs' };
  await Promise.all(tabs.map((tab) => tab.ok('sendSingleMsg', message)));
  expect(Date.now() - hungAt).toBeLessThan(UNREPORTED_MS + tookMs);
  await inTheNext(tabs, before);
});

test('in the page host a page that is left closes its socket at once, however long the browser keeps the page', async () => {
  const { world } = here;
  const tab = await here.tabOf('carol', { host: 'page' });
  await tab.waitForState('ready');
  const since = world.site.requests.length;
  await tab.frame.evaluate((ms) => {
    addEventListener('pagehide', () => {
      const leftAt = Date.now();
      navigator.sendBeacon(`/left-at-${leftAt}`);
      while (Date.now() < leftAt + ms);
    });
  }, LEAVING_MS);
  await tab.page.goto(`${world.site.url}/elsewhere.html`);
  const beacon = () => world.site.requests.slice(since).find((path) => path.includes('left-at-'));
  await until('its farewell', () => beacon() !== undefined && world.relay.openFor('carol') === 0);
  const closedAt = world.relay.timesFor('carol').at(-1)?.closedMs ?? Number.NaN;
  expect(closedAt - Number(beacon()?.replace(/.*left-at-/, ''))).toBeLessThan(LEAVING_MS);
});
