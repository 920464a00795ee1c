/** Renderers that crash, and pages that come back, in the hosts "shared" and "page". Those of the leader host are in `hosts.test.ts`. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { hostWorld } from '../kit/hosted-world.js';
import { textOf } from '../kit/message-parts.js';
import type { Tab } from '../kit/tab.js';
import type { TabWindow } from '../kit/tab-window.js';
import { until } from '../kit/until.js';
import type { WireClient } from '../kit/wire-client.js';

const here = hostWorld();
let bob: WireClient;
beforeAll(async () => {
  bob = await here.world.wire('bob');
});
afterEach(async () => {
  here.world.relay.refuse(false);
  await here.profile.clear();
});

const TEXTS = ['one', 'two', 'three'];
let receivers = 0;

async function receiver(): Promise<string> {
  receivers += 1;
  const name = `receiver${receivers}`;
  await here.world.register(name);
  return name;
}

const storedFor = async (target: string) => (await here.world.stored(target)).map(textOf);

/** Alice's tab goes offline and sends. @returns when the sends are on the disk */
async function sendsOffline(tab: Tab, target: string): Promise<void> {
  here.world.relay.refuse(true);
  here.world.relay.cutAll();
  await tab.waitForState('waiting');
  await tab.frame.evaluate(
    ([to, texts]) => {
      const { JIM } = window as unknown as TabWindow;
      const queued = texts.map(
        (content) =>
          new Promise(
            (resolve) => void JIM.sendSingleMsg({ target_username: to, content }).onQueued(resolve),
          ),
      );
      return Promise.all(queued).then(() => undefined);
    },
    [target, TEXTS] as const,
  );
}

const crash = ({ page }: Tab) => here.tools.crash(page as Page);

test.each([
  ['the tab that started the worker', 0],
  ['another tab', 1],
] as const)(
  'in the host "shared" %s crashes: the others go on, and its open sends are stored once and in order',
  async (_which, index) => {
    const tabs = [
      await here.tabOf('alice', { host: 'shared' }),
      await here.tabOf('alice', { host: 'shared' }),
    ];
    for (const tab of tabs) await tab.waitForState('ready');
    const [crashes, stays] = (index === 0 ? tabs : [...tabs].reverse()) as [Tab, Tab];
    const target = await receiver();
    await sendsOffline(crashes, target);
    await crash(crashes);
    here.world.relay.refuse(false);
    await stays.connectNow();
    await stays.waitForState('ready');
    await until('the crashed tab to be gone', async () => (await stays.state()).tabs === 1);
    await stays.ok('sendSingleMsg', { target_username: target, content: 'later' });
    expect(await storedFor(target)).toEqual([...TEXTS, 'later']);
    await until('their delivery', async () => (await stays.textsTo(target)).length === TEXTS.length);
    expect(await stays.textsTo(target)).toEqual(TEXTS);
    expect(here.world.relay.openFor('alice')).toBe(1);
  },
);

test('in the host "page" the queued sends of a page that crashes are stored once and in order by the next page', async () => {
  const crashes = await here.tabOf('alice', { host: 'page' });
  await crashes.waitForState('ready');
  const target = await receiver();
  await sendsOffline(crashes, target);
  await crash(crashes);
  here.world.relay.refuse(false);
  const next = await here.world.tab(here.profile, { host: 'page' });
  await next.ok('attach', { username: 'alice', appkey: here.world.gateway.appkey });
  await next.ok('sendSingleMsg', { target_username: target, content: 'later' });
  expect(await storedFor(target)).toEqual([...TEXTS, 'later']);
  expect(here.world.relay.openFor('alice')).toBe(1);
});

// The browser decides whether it keeps a page. It keeps most of those without Web Locks and few of those with them.
test.each([
  ['without Web Locks', ['locks']],
  ['with Web Locks', []],
] as const)(
  'in the host "page" the back button leads to a page %s, kept or new: one socket, and missed messages once and in order',
  async (how, without) => {
    const { relay, gateway } = here.world;
    const missed = TEXTS.map((text) => `${text} ${how}`);
    const tab = await here.tabOf('alice', { host: 'page', without });
    await tab.waitForState('ready');
    await bob.send('alice', `before ${how}`);
    await tab.waitForText(`before ${how}`);
    await tab.forget();
    const kept = await tab.away(async () => {
      await until('its socket to be closed', () => relay.openFor('alice') === 0);
      for (const text of missed) await bob.send('alice', text);
    });
    if (!kept) await tab.ok('attach', { username: 'alice', appkey: gateway.appkey });
    await tab.waitForState('ready');
    await bob.send('alice', `after ${how}`);
    // It may come with the missed ones.
    await until('the last message', async () => (await tab.textsTo('alice')).includes(`after ${how}`));
    const texts = await tab.textsTo('alice');
    // Another page gets the whole history.
    expect(texts.slice(-missed.length - 1)).toEqual([...missed, `after ${how}`]);
    expect(new Set(texts).size).toBe(texts.length);
    expect(relay.openFor('alice')).toBe(1);
    await tab.ok('sendSingleMsg', { target_username: 'bob', content: 'still here' });
  },
);
