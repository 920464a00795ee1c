/** The runtime finds a host in every browser, and another one after its loss. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import { type BrowserProfile, ENGINE } from '../kit/engines/engine.js';
import { textOf } from '../kit/message-parts.js';
import type { Frame } from '../kit/relay.js';
import type { Tab } from '../kit/tab.js';
import type { TabWindow } from '../kit/tab-window.js';
import { until } from '../kit/until.js';
import type { WireClient } from '../kit/wire-client.js';
import { createWorld, type HostKind, type TabOptions, type World } from '../kit/world.js';

/** The APIs that decide about the host. */
const DECISIVE = ['SharedWorker', 'locks', 'Worker', 'BroadcastChannel'] as const;
/** The APIs that every host can do without. */
const APIS = [...DECISIVE, 'indexedDB'] as const;
type Api = (typeof APIS)[number];

let world: World;
let profile: BrowserProfile;
let bob: WireClient;
let greetings = 0;

beforeAll(async () => {
  world = await createWorld({ users: ['alice', 'bob', 'carol', 'dave'] });
  profile = await world.anyProfile();
  bob = await world.wire('bob');
});
afterAll(() => world.close());

const login = (tab: Tab, username = 'alice') => tab.login(world.auth(), world.user(username));

/** Alice, or another one, logs in, sends a message, and receives an answer. */
async function chats(tab: Tab, username = 'alice'): Promise<void> {
  greetings += 1;
  await login(tab, username);
  // Messages that arrive during the sync come with it, by onSyncConversation.
  await tab.waitForState('ready');
  await tab.ok('sendSingleMsg', { target_username: 'bob', content: `hello ${greetings}` });
  await bob.send(username, `answer ${greetings}`);
  await tab.waitForText(`answer ${greetings}`);
}

function hostWithout(apis: readonly Api[]): HostKind {
  if (!apis.includes('SharedWorker')) return 'shared';
  return DECISIVE.slice(1).some((api) => apis.includes(api)) ? 'page' : 'leader';
}

/** All sets of the deciding APIs. The sets with the page host have no database either. */
const SETS = Array.from({ length: 2 ** DECISIVE.length }, (_, bits) => {
  const apis: Api[] = DECISIVE.filter((_api, place) => bits & (1 << place));
  return hostWithout(apis) === 'page' && bits % 4 === 3 ? [...apis, 'indexedDB' as const] : apis;
});
const titled = (sets: readonly (readonly Api[])[]) =>
  sets.map((apis) => [apis.join(', ') || 'nothing', apis] as const);

describe('a page chats in a browser', () => {
  /** Iframes of it come and go faster than tabs. */
  let around: Tab;
  beforeAll(async () => {
    around = await world.tab(profile, { host: 'page' });
  });
  afterAll(() => profile.clear());

  /** A chat in an iframe. The users of the SharedWorker keep their account in it, so the others have another one. */
  async function chatsIn(host: HostKind, options: TabOptions): Promise<void> {
    const { tab, remove } = await world.frame(around.page, options);
    const username = host === 'shared' ? 'dave' : 'alice';
    await chats(tab, username);
    expect(await tab.host()).toBe(host);
    await remove();
    await until('the socket to be closed', () => world.relay.openFor('alice') === 0);
  }

  test.each(titled(SETS))('without %s', async (_title, apis) => {
    await chatsIn(hostWithout(apis), { without: apis });
  });

  test.each(titled([['SharedWorker'], ['SharedWorker', 'locks'], ['indexedDB'], APIS]))(
    'that forbids %s',
    async (_title, apis) => {
      await chatsIn(hostWithout(apis), { without: apis, forbidden: true });
    },
  );

  test("under a policy of `worker-src 'none'`", async () => {
    await chatsIn('page', { workers: 'none' });
  });
});

describe('a page', () => {
  afterEach(async () => {
    await profile.clear();
    await until('every socket to be closed', () => world.relay.open === 0);
  });

  test.each([
    ["default-src 'self'; worker-src 'self'", 'shared'],
    ["worker-src 'none'", 'page'],
  ] as const)('a site served under exactly `%s` chats in the host "%s"', async (policy, host) => {
    const undo = world.site.under(policy, world.relay.url);
    const tab = await world.tab(profile, { address: world.site.url, auth: false });
    await chats(tab);
    expect(await tab.host()).toBe(host);
    undo();
  });

  test.each(['shared', 'leader', 'page'] as const)('the host can be forced: %s', async (host) => {
    const tab = await world.tab(profile, { host });
    expect(await tab.host()).toBe(host);
    await chats(tab);
    expect(await tab.host()).toBe(host);
  });

  test.each([
    ['with', []],
    ['without', ['locks']],
  ] as const)(
    'with a runtime of its own takes the account over from another one, %s Web Locks',
    async (_title, without) => {
      const [first, second] = [await page(), await page()];
      await chats(first);
      await chats(second);
      await first.waitForState('ended');
      expect((await first.state()).reason).toBe('superseded');
      await chats(second);
      expect(world.relay.openFor('alice')).toBe(1);

      function page(): Promise<Tab> {
        return world.tab(profile, { host: 'page', without: [...without] });
      }
    },
  );

  test('only the browsers that need a file load it', async () => {
    const files = async (host: HostKind) => {
      const since = world.site.requests.length;
      const tab = await world.tab(profile, { host });
      await login(tab);
      await tab.close();
      const asked = world.site.requests.slice(since).map((path) => path.replace(/^.*\//, ''));
      return asked.filter((file) => ['jmessage-fallback.min.js', 'jmessage-page.min.js'].includes(file));
    };
    expect(await files('shared')).toEqual([]);
    expect(await files('leader')).toEqual(['jmessage-fallback.min.js']);
    expect(await files('page')).toEqual(['jmessage-page.min.js']);
  });

  test('a worker that starts after its tab has abandoned it takes nothing from that tab', async () => {
    const worker = '/dist/jmessage-worker.min.js?late';
    const release = world.site.hold(worker);
    const tab = await world.tab(profile, { worker, without: ['Worker'] });
    await login(tab);
    expect(await tab.host()).toBe('page');
    const sockets = world.relay.total;
    release();
    const workers = () =>
      tab.frame.evaluate(async () => {
        const { held = [] } = await navigator.locks.query();
        return held.filter(({ name }) => name?.startsWith('jmessage:worker:')).length;
      });
    await until('the late one to be up', async () => (await workers()) === 2);
    await tab.ok('sendSingleMsg', { target_username: 'bob', content: 'still me' });
    await tab.waitForState('ready');
    expect(await tab.state()).toMatchObject({ tabs: 1 });
    expect(world.relay.total).toBe(sockets);
  });

  describe.runIf(ENGINE === 'chromium')('tabs of the leader host', () => {
    const tools = () => profile as Profile;
    const REPORTED_MS = 1_000;
    const UNREPORTED_MS = 10_000;
    const SENDS = 60;

    const openTabs = async (count: number): Promise<Tab[]> => {
      const tabs: Tab[] = [];
      for (let n = 0; n < count; n += 1) {
        const tab = await world.tab(profile, { host: 'leader' });
        await tab.login(world.auth(), world.user('carol'));
        tabs.push(tab);
      }
      return tabs;
    };
    const pageOf = ({ page }: Tab) => page as Page;
    const leads = (tab: Tab) => pageOf(tab).workers().length > 0;
    const isSent = ({ event, direction }: Frame) => direction === 'down' && event === 's_single_text';
    const show = (tab: Tab, state: DocumentVisibilityState) =>
      tab.frame.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { get: () => value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);

    /** Sends many messages, runs an action on the leading tab meanwhile, and checks that each is stored once and in order. */
    async function sendsThrough(sender: Tab, meanwhile: () => Promise<unknown>): Promise<void> {
      greetings += 1;
      const target = `target${greetings}`;
      await world.register(target);
      const since = world.relay.mark();
      const sending = sender.burst(target, 'hello', SENDS);
      await until('the sends to be under way', () => world.relay.frames(isSent, since).length >= 10);
      await meanwhile();
      for (const outcome of await sending) expect(outcome).toMatchObject({ settled: 1, kind: 'success' });
      const stored = (await world.stored(target)).map(textOf);
      expect(stored).toEqual(Array.from({ length: SENDS }, (_, n) => `hello ${n}`));
      expect(world.relay.peakFor('carol')).toBe(1);
    }

    const ends: [how: string, end: (leading: Page) => Promise<unknown>][] = [
      ['closed', (page) => page.close()],
      ['crashed', (page) => tools().crash(page)],
      ['loaded anew', (page) => page.goto('about:blank')],
      ['left without its worker', () => tools().killWorkers()],
    ];
    test.each(ends)(
      'lose and double nothing when the leading one is %s in the middle of sends: another socket is there within a second',
      async (_how, end) => {
        const openedAt = Date.now();
        const [first, second, third] = (await openTabs(3)) as [Tab, Tab, Tab];
        // A machine that other work slows down gets the time in which it has just opened two tabs.
        const slowMs = ((Date.now() - openedAt) / 3) * 2;
        expect([first, second, third].map(leads)).toEqual([true, false, false]);
        const sockets = world.relay.totalFor('carol');
        await sendsThrough(second, async () => {
          await end(pageOf(first));
          const endedAt = Date.now();
          await until('a new socket', () => world.relay.totalFor('carol') === sockets + 1);
          expect(Date.now() - endedAt).toBeLessThan(Math.max(REPORTED_MS, slowMs));
        });
        await third.waitForState('ready');
        await until('it to lead or to follow', async () => [second, third].filter(leads).length <= 1);
      },
    );

    test('send, once and in order, what the leading one sent right before it was left', async () => {
      const [first, second] = (await openTabs(2)) as [Tab, Tab];
      greetings += 1;
      const target = `target${greetings}`;
      await world.register(target);
      const texts = ['one', 'two', 'three'];
      const leave = ([to, contents]: readonly [string, readonly string[]]) => {
        const { JIM } = window as unknown as TabWindow;
        for (const content of contents) JIM.sendSingleMsg({ target_username: to, content });
        location.href = 'about:blank';
      };
      // The page may be gone before it has answered.
      await first.frame.evaluate(leave, [target, texts] as const).catch(() => undefined);
      const stored = async () => (await world.stored(target)).map(textOf);
      await until('the sends of the tab that was left', async () => (await stored()).length >= texts.length);
      await second.ok('sendSingleMsg', { target_username: target, content: 'later' });
      expect(await stored()).toEqual([...texts, 'later']);
      expect(world.relay.peakFor('carol')).toBe(1);
    });

    test('are soon led by a visible tab, and lose nothing by that', async () => {
      const [first, second, third] = (await openTabs(3)) as [Tab, Tab, Tab];
      await show(second, 'hidden');
      await sendsThrough(second, async () => {
        await show(first, 'hidden');
        await until('the visible tab to lead', () => leads(third));
      });
      expect([first, second].map(leads)).toEqual([false, false]);
    });

    // Chromium stops the worker of such a page, and hands the page what the others post. Playwright's pages are never frozen.
    test('take the lead within a second from a tab that the browser freezes', async () => {
      const [first, second] = (await openTabs(2)) as [Tab, Tab];
      await tools().wedgeRuntimes();
      const frozenAt = Date.now();
      await first.frame.evaluate(() => document.dispatchEvent(new Event('freeze')));
      await until('it to lead', () => leads(second));
      expect(Date.now() - frozenAt).toBeLessThan(REPORTED_MS);
      for (const tab of [first, second])
        await tab.ok('sendSingleMsg', { target_username: 'bob', content: 'thawed' });
    });

    /** The return to a page starts the check. */
    const lookedAt = (tab: Tab) => show(tab, 'visible');

    test('take the lead from a frozen tab within ten seconds after another becomes visible', async () => {
      const [first, second] = (await openTabs(2)) as [Tab, Tab];
      // The leading worker hangs, and still holds its locks and sockets.
      await tools().wedgeRuntimes();
      // The page's own code is frozen too.
      const session = await tools().context.newCDPSession(pageOf(first));
      await session.send('Debugger.enable');
      await session.send('Debugger.pause');
      const frozenAt = Date.now();
      const send = second.ok('sendSingleMsg', { target_username: 'bob', content: 'through the ice' });
      await lookedAt(second);
      await until('it to lead', () => leads(second));
      expect(Date.now() - frozenAt).toBeLessThan(UNREPORTED_MS);
      await send;
      await second.waitForState('ready');
      await session.send('Debugger.resume');
    });
  });
});
