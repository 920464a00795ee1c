/** One account has one socket for all tabs, counted by the relay and not by the gateway. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WORKER_NAME } from '../../src/protocol/tab-worker/worker-address.js';
import { type BrowserProfile, ENGINE } from '../kit/engines/engine.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { createWorld, HOST, type World } from '../kit/world.js';

let world: World;
let hers: BrowserProfile;
let his: BrowserProfile;

beforeAll(async () => {
  world = await createWorld();
  hers = await world.anyProfile();
  his = await world.anyProfile();
});
afterAll(() => world.close());

const login = (tab: Tab, username: string) => tab.login(world.auth(), world.user(username));

async function openTabs(profile: BrowserProfile, username: string, count: number): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i += 1) {
    const tab = await world.tab(profile);
    await login(tab, username);
    tabs.push(tab);
  }
  return tabs;
}

afterEach(async () => {
  for (const profile of [hers, his]) await profile.clear();
  await until('every socket to be closed', () => world.relay.open === 0);
});

/** Whether the worker outlives the tab that has started it. A leading tab takes its worker along. WebKit starts it again in another tab's process. */
const outlives = HOST === 'shared' && ENGINE !== 'webkit';

/** These tests need a SharedWorker: others leave them out. */
const onShared = HOST === 'shared' ? test : () => undefined;

describe('three tabs of alice and three of bob, in browsers of their own', () => {
  let alice: Tab[];
  let bob: Tab[];
  beforeEach(async () => {
    alice = await openTabs(hers, 'alice', 3);
    bob = await openTabs(his, 'bob', 3);
  });

  test('have one socket for each account', async () => {
    expect(world.relay.openFor('alice')).toBe(1);
    expect(world.relay.openFor('bob')).toBe(1);
    expect(world.relay.peakFor('alice')).toBe(1);
    expect(world.relay.peakFor('bob')).toBe(1);
    expect(await alice[2]?.state()).toMatchObject({ username: 'alice', connected: true, tabs: 3 });
  });

  test('each receive the messages of the other side, once and in order', async () => {
    const texts = ['one', 'two', 'three 🙂', '四'];
    for (const content of texts) await bob[1]?.ok('sendSingleMsg', { target_username: 'alice', content });
    for (const tab of alice) {
      await tab.waitForText('四');
      expect(await tab.texts()).toEqual(texts);
    }
  });

  test('receive their own messages from another tab, but not from the sending one', async () => {
    const [first, second, third] = alice as [Tab, Tab, Tab];
    const answer = await first.ok('sendSingleMsg', { target_username: 'bob', content: 'from my first tab' });
    for (const tab of [second, third]) {
      const message = await tab.waitForText('from my first tab');
      expect(message.msg_id).toBe(answer.msg_id);
      expect(message.from_username).toBe('alice');
      expect(message.messages).toHaveLength(1);
    }
    await bob[0]?.waitForText('from my first tab');
    expect(await first.texts()).toEqual([]);
  });

  test('keep their one socket after the first page is closed', async () => {
    const [first, second, third] = alice as [Tab, Tab, Tab];
    const sockets = world.relay.totalFor('alice');
    await first.close();
    await until('the worker to notice', async () => (await second.state()).tabs === 2);
    await third.ok('sendSingleMsg', { target_username: 'bob', content: 'still here' });
    await second.waitForText('still here');
    expect(world.relay.totalFor('alice')).toBe(outlives ? sockets : sockets + 1);
    expect(world.relay.peakFor('alice')).toBe(1);
  });

  test('are all logged out after one of them logs out', async () => {
    const [first, second, third] = alice as [Tab, Tab, Tab];
    await first.ok('loginOut');
    expect(await first.flags()).toMatchObject({ init: false, login: false });
    for (const tab of [second, third]) {
      await tab.waitForState('ended');
      expect(await tab.state()).toMatchObject({ reason: 'logged_out', connected: false });
      expect(await tab.received('onDisconnect')).toHaveLength(0);
      expect(await tab.call('getConversation')).toMatchObject({ kind: 'failure', error: { code: 889003 } });
    }
    await until("alice's socket to be closed", () => world.relay.openFor('alice') === 0);
    expect(world.relay.openFor('bob')).toBe(1);
  });

  test('lose nothing to a second tab with a wrong password', async () => {
    const [first] = alice as [Tab];
    const fourth = await world.tab(hers);
    await fourth.ok('init', world.auth());
    const outcome = await fourth.call('login', { username: 'alice', password: 'guessed' });
    expect(outcome).toMatchObject({ kind: 'failure', error: { code: 880104 } });
    expect(await first.state()).toMatchObject({ state: 'ready', tabs: 3 });
    expect(world.relay.openFor('alice')).toBe(1);
    await bob[0]?.ok('sendSingleMsg', { target_username: 'alice', content: 'undisturbed' });
    await first.waitForText('undisturbed');
  });
});

test('ten tabs that start in the same instant open one socket', async () => {
  const tabs = await world.tabs(hers, 10);
  const before = world.relay.total;
  const auth = world.auth();
  await Promise.all(tabs.map((tab) => tab.login(auth, world.user('alice'))));
  expect(world.relay.total - before).toBe(1);
  await until('all to be counted', async () => (await tabs[0]?.state())?.tabs === 10);
});

test('one page can have two accounts, and two instances of one account', async () => {
  const tabs = await world.tabs(hers, 3);
  const [alice, alice2, bob] = tabs as [Tab, Tab, Tab];
  await login(alice, 'alice');
  await login(bob, 'bob');
  await login(alice2, 'alice');
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'next to you' });
  await alice.waitForText('next to you');
  await alice2.waitForText('next to you');
  expect(world.relay.openFor('alice')).toBe(1);
  expect(world.relay.openFor('bob')).toBe(1);
});

test('a login elsewhere ends the session in every tab, and it does not return by itself', async () => {
  const [first, second] = (await openTabs(hers, 'alice', 2)) as [Tab, Tab];
  const [elsewhere] = (await openTabs(his, 'alice', 1)) as [Tab];
  for (const tab of [first, second]) {
    await tab.waitForState('ended');
    expect(await tab.state()).toMatchObject({ reason: 'other_login' });
    const [event] = await tab.received('onEventNotification');
    expect(event).toMatchObject({ event_type: 1 });
    expect(await tab.received('onDisconnect')).toHaveLength(0);
    expect(await tab.flags()).toMatchObject({ init: false, login: false });
  }
  expect(await elsewhere.state()).toMatchObject({ connected: true });
  expect(world.relay.openFor('alice')).toBe(1);
});

test('a tab joins without a password by attach, and fails without a session', async () => {
  const alone = await world.tab(hers);
  const params = { appkey: world.gateway.appkey, username: 'alice' };
  expect(await alone.call('attach', params)).toMatchObject({ kind: 'failure', error: { code: 889007 } });
  const [first] = (await openTabs(hers, 'alice', 1)) as [Tab];
  expect(await alone.ok('attach', params)).toMatchObject({ username: 'alice' });
  expect(await alone.flags()).toEqual({ init: true, login: true, connect: true });
  await first.ok('sendSingleMsg', { target_username: 'bob', content: 'to the attached tab too' });
  await alone.waitForText('to the attached tab too');
});

onShared('foreign posts of a page of the same site to the worker have no effect on the others', async () => {
  const [alice] = (await openTabs(hers, 'alice', 1)) as [Tab];
  const hostile = await hers.page(world.pageUrl());
  const answered = await hostile.evaluate(async (name) => {
    const options = { type: 'module', name, extendedLifetime: true } as WorkerOptions;
    const { port } = new SharedWorker('/dist/jmessage-worker.min.js', options);
    const RAW = { type: 'RAW', value: 7 };
    const attacks = [
      { type: 'SET', path: ['__proto__', 'postMessage'], value: RAW },
      { type: 'SET', path: ['__proto__', 'then'], value: RAW },
      { type: 'SET', path: ['__proto__', '__proto__'], value: RAW },
      { type: 'SET', path: ['call'], value: RAW },
      { type: 'APPLY', path: ['constructor', 'freeze'], argumentList: [RAW] },
      { type: 'GET', path: ['__proto__'] },
    ];
    const ids: string[] = [];
    const answers = new Promise<string[]>((resolve) => {
      port.onmessage = ({ data: [, data] }) => {
        ids.push(data.id);
        if (data.id === 'last') resolve(ids);
      };
    });
    for (const [index, attack] of attacks.entries()) {
      port.postMessage([0, { id: `${index}`, ...attack }]);
      port.postMessage({ id: `${index}`, ...attack });
    }
    for (const junk of [null, 7, 'text', [], [9], [0], [0, null]]) port.postMessage(junk);
    port.postMessage([0, { id: 'last', type: 'APPLY', path: ['ping'], argumentList: [] }]);
    return answers;
  }, WORKER_NAME);
  expect(answered).toEqual(['last']);
  await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'still here' });
  const [another] = (await openTabs(hers, 'alice', 1)) as [Tab];
  await another.ok('sendSingleMsg', { target_username: 'bob', content: 'and so is this one' });
  await alice.waitForText('and so is this one');
});
