/** Recovery: with an expired signature, over a reload, out of the back/forward cache, with an unreachable worker. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JMessage } from '../../src/index.js';
import { CODES } from '../../src/protocol/codes/codes.js';
import { SIGNATURE_LIFETIME_MS } from '../../src/protocol/constants.js';
import { type BrowserProfile, ENGINE, PRIVATE } from '../kit/engines/engine.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { createWorld, OUTLIVES_NAVIGATION, SHARES, type World } from '../kit/world.js';

/** A minute of the worker's time is a second and a half. */
const SPEED = 40;

let world: World;
let profile: BrowserProfile;
beforeAll(async () => {
  world = await createWorld();
  profile = await world.anyProfile();
});
afterAll(() => world.close());
afterEach(async () => {
  world.relay.refuse(false);
  await profile.clear();
});

/** A signature that expires in two seconds. */
const nearlyExpired = () => world.gateway.auth(Date.now() - SIGNATURE_LIFETIME_MS + 2_000);

describe('with a stock server, which gives no resume token', () => {
  let undo: () => void;
  beforeEach(() => {
    undo = world.relay.asStock();
  });
  afterEach(() => undo());

  test('after the signature has expired, the page provides a fresh one and the session returns', async () => {
    const tab = await world.tab(profile);
    const auth = nearlyExpired();
    await tab.login(auth, world.user('alice'));
    await until('the signature to expire', () => Date.now() > auth.timestamp + SIGNATURE_LIFETIME_MS);
    world.relay.cutAll();
    await tab.waitForHeard('onDisconnect');
    await tab.waitForState('ready');
  });

  test('without an auth function the state demands a fresh signature, and init restores the session', async () => {
    const tab = await world.tab(profile, { auth: false });
    const auth = nearlyExpired();
    await tab.login(auth, world.user('alice'));
    await until('the signature to expire', () => Date.now() > auth.timestamp + SIGNATURE_LIFETIME_MS);
    world.relay.cutAll();
    await until('the page to know', async () => (await tab.state()).needsAuth);
    await tab.ok('init', world.auth());
    await tab.waitForState('ready');
    expect(await tab.received('onDisconnect')).toHaveLength(1);
  });

  // It takes minutes of the worker's fast clock.
  test.runIf(SHARES)('without either, the session ends with that reason', async () => {
    const worker = await world.fastWorker(SPEED);
    const tab = await world.tab(profile, { auth: false, worker });
    const auth = nearlyExpired();
    await tab.login(auth, world.user('alice'));
    await until('the signature to expire', () => Date.now() > auth.timestamp + SIGNATURE_LIFETIME_MS);
    world.relay.cutAll();
    await tab.waitForState('ended');
    expect(await tab.state()).toMatchObject({ reason: 'signature_expired' });
    expect(await tab.flags()).toMatchObject({ login: false });
  });
});

test('with a token no signature is needed: after an hour offline the session returns by itself', async () => {
  const worker = await world.fastWorker(SPEED);
  const tab = await world.tab(profile, { auth: false, worker });
  const auth = nearlyExpired();
  await tab.login(auth, world.user('alice'));
  await until('the signature to expire', () => Date.now() > auth.timestamp + SIGNATURE_LIFETIME_MS);
  const since = world.relay.mark();
  world.relay.cutAll();
  await world.relay.waitFor(({ direction, event }) => direction === 'up' && event === 'resume', { since });
  await tab.waitForState('ready');
  const sent = world.relay.frames(({ direction }) => direction === 'up', since).map(({ event }) => event);
  expect(sent).not.toContain('c_init');
  expect(sent).not.toContain('login');
});

test.skipIf(PRIVATE)('after a browser was killed a page attaches to its session', async () => {
  await world.register('carol');
  const browser = await world.anyProfile();
  const before = await world.tab(browser);
  await before.login(world.auth(), world.user('carol'));
  await before.waitForState('ready');
  await browser.kill();
  await browser.open();
  const tab = await world.tab(browser);
  await tab.ok('attach', { appkey: world.gateway.appkey, username: 'carol' });
  await tab.waitForState('ready');
});

test('a reload needs no password to attach, and does not reconnect if the SharedWorker outlives it', async () => {
  const tab = await world.tab(profile);
  await tab.login(world.auth(), world.user('alice'));
  await tab.waitForState('ready');
  const sockets = world.relay.total;
  await (await profile.page(world.site.url)).close();
  await tab.reload();
  await tab.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  await tab.waitForState('ready');
  expect(world.relay.total).toBe(OUTLIVES_NAVIGATION ? sockets : sockets + 1);
  expect(world.relay.peakFor('alice')).toBe(1);
});

/** Logs out and leaves in one turn. The worker may end with the page, its message unread. */
async function logOutAndLeave(tab: Tab): Promise<void> {
  const leave = (to: string) => {
    (window as unknown as { JIM: JMessage }).JIM.loginOut();
    location.href = to;
  };
  // The page may be gone before it has answered.
  await tab.frame.evaluate(leave, `${world.site.url}/elsewhere.html`).catch(() => undefined);
}

test('a log-out in the turn in which the only page is left holds, and so does the login after it', async () => {
  const attach = async () => {
    const tab = await world.tab(profile);
    return [tab, await tab.call('attach', { appkey: world.gateway.appkey, username: 'alice' })] as const;
  };
  const only = await world.tab(profile);
  await only.login(world.auth(), world.user('alice'));
  await only.waitForState('ready');
  await logOutAndLeave(only);
  const [next, refused] = await attach();
  expect(refused).toMatchObject({ kind: 'failure', error: { code: CODES.nothingToAttach } });
  await next.login(world.auth(), world.user('alice'));
  await next.waitForState('ready');
  await next.close();
  expect((await attach())[1]).toMatchObject({ kind: 'success' });
});

test.runIf(SHARES)('a log-out in the turn in which its page is left logs out the other tabs', async () => {
  const [first, second] = [await world.tab(profile), await world.tab(profile)];
  for (const tab of [first, second]) {
    await tab.login(world.auth(), world.user('alice'));
    await tab.waitForState('ready');
  }
  await logOutAndLeave(first);
  await second.waitForState('ended');
  expect(await second.state()).toMatchObject({ reason: 'logged_out' });
});

test.runIf(SHARES)('a page that returns by the back button gets the missed messages once', async () => {
  const tab = await world.tab(profile);
  const stays = await world.tab(profile);
  await tab.login(world.auth(), world.user('alice'));
  await stays.login(world.auth(), world.user('alice'));
  const bob = await world.wire('bob');
  await bob.send('alice', 'before');
  await tab.waitForText('before');
  const kept = await tab.away(async () => {
    await bob.send('alice', 'meanwhile');
    await until('the message to arrive', async () => (await stays.textsTo('alice')).includes('meanwhile'));
  });
  // Firefox keeps no page that holds a lock, and older browsers keep none. There the page is another one.
  expect(kept).toBe(ENGINE === 'chromium' || ENGINE === 'webkit');
  if (!kept) await tab.ok('attach', { appkey: world.gateway.appkey, username: 'alice' });
  await bob.send('alice', 'after');
  await tab.waitForText('after');
  expect((await tab.textsTo('alice')).sort()).toEqual(['after', 'before', 'meanwhile']);
  expect((await stays.textsTo('alice')).sort()).toEqual(['after', 'before', 'meanwhile']);
  expect(world.relay.openFor('alice')).toBe(1);
});

test.runIf(ENGINE === 'chromium').each([
  ['is not there', '/no-such-worker.js', 'HTTP 404'],
  ['is something else', '/elsewhere.html', 'text/html'],
])(
  'a worker script that %s fails calls of the forced host with 889004, its URL, the reason and the remedy',
  async (_what, worker, why) => {
    const tab = await world.tab(profile, { worker, host: 'shared' });
    const warned = (tab.frame as Page).waitForEvent('console', (line) => line.text().includes(why));
    const outcomes = await Promise.all([tab.call('init', world.auth()), tab.call('getConversation')]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'failure', error: { code: 889004 } });
      const { message } = (outcome as { error: { message: string } }).error;
      expect(message).toContain(`${world.site.url}${worker}`);
      expect(message).toContain(why);
    }
    expect((await warned).text()).toContain(worker);
  },
);
