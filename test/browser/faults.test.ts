/**
 * The network and the server fail on purpose. Every message reported as sent is stored once and in order, and each request settles once.
 * The worker's clock runs fast, so that five tries of thirty seconds need no waiting. The page host has no worker, so tests of long time-outs leave
 * it out: the same code counts them there.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import { type BrowserProfile, ENGINE } from '../kit/engines/engine.js';
import { textOf } from '../kit/message-parts.js';
import type { Frame } from '../kit/relay.js';
import type { Tab } from '../kit/tab.js';
import type { BurstOutcome } from '../kit/tab-window.js';
import { until } from '../kit/until.js';
import { createWorld, SHARES, type TabOptions, type World } from '../kit/world.js';

const SPEED = 40;
const SENDS = 8;
/** The browser reports no death of a SharedWorker. The tabs notice it by their own, unhurried clock. */
const UNREPORTED_MS = 10_000;

let world: World;
let profile: BrowserProfile;
let worker: string;
const undo: (() => void)[] = [];
let recipients = 0;

beforeAll(async () => {
  world = await createWorld();
  worker = await world.fastWorker(SPEED);
  profile = await world.anyProfile();
});
afterAll(() => world.close());

afterEach(async () => {
  for (const lift of undo.splice(0)) lift();
  world.relay.refuse(false);
  world.relay.freeze(false);
  await profile.clear();
});

/** A tab of alice's that is ready to send, and a new recipient. */
async function ready(options: TabOptions = { worker }): Promise<{ tab: Tab; other: Tab; target: string }> {
  recipients += 1;
  const target = `carol${recipients}`;
  await world.register(target);
  const tabs = await world.tabs(profile, SHARES ? 2 : 1, options);
  const [tab, other = tab] = tabs as [Tab];
  for (const each of tabs) await each.login(world.auth(), world.user('alice'));
  await tab.waitForState('ready');
  return { tab, other, target };
}

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix} ${i}`);
const allSucceeded = (outcomes: BurstOutcome[]) => {
  for (const outcome of outcomes) expect(outcome).toMatchObject({ settled: 1, kind: 'success', code: 0 });
};
const storedTexts = async (username: string) => (await world.stored(username)).map(textOf);

/** Applies a verdict to the first frames of a kind. */
function first(
  count: number,
  matches: (frame: Frame) => boolean,
  verdict: 'drop' | 'repeat' | 'cut',
): () => number {
  let met = 0;
  undo.push(
    world.relay.rule((frame) => {
      if (met >= count || !matches(frame)) return 'pass';
      met += 1;
      return verdict;
    }),
  );
  return () => met;
}

const send = (frame: Frame) => frame.direction === 'up' && frame.event === 's_across_single_text';
const ack = (frame: Frame) => frame.direction === 'down' && frame.event === 'ack';
const answer = (frame: Frame) => frame.direction === 'down' && frame.event === 's_single_text';

describe('sends arrive once, in order, and settle once, when the network', () => {
  const faults: [what: string, inject: () => () => number][] = [
    ['loses them', () => first(3, send, 'drop')],
    ['loses their acks', () => first(SENDS, ack, 'drop')],
    ['loses their answers', () => first(3, answer, 'drop')],
    ['loses acks and answers', () => first(6, (frame) => ack(frame) || answer(frame), 'drop')],
    ['delivers them twice', () => first(SENDS, send, 'repeat')],
    ['delivers their answers twice', () => first(SENDS, answer, 'repeat')],
    ['breaks as they leave', () => first(2, send, 'cut')],
    ['breaks before they are answered', () => first(2, answer, 'cut')],
  ];
  test.each(faults)('%s', async (_what, inject) => {
    const { tab, other, target } = await ready();
    const met = inject();
    allSucceeded(await tab.burst(target, 'hello', SENDS));
    expect(met()).toBeGreaterThan(0);
    expect(await storedTexts(target)).toEqual(numbered('hello', SENDS));
    if (!SHARES) return;
    // A message that was stored without an answer before a cut is delivered with the history afterwards.
    await until(
      'the other tab to have the messages',
      async () => (await other.textsTo(target)).length >= SENDS,
    );
    expect(await other.textsTo(target)).toEqual(numbered('hello', SENDS));
  });

  test.runIf(SHARES)('delays everything past the timeouts', async () => {
    const { tab, target } = await ready();
    // 5 s of the worker's time are 125 ms here, so each of the first frames is late, with all frames behind it.
    let delayed = 0;
    undo.push(
      world.relay.rule((frame) => {
        if (frame.direction === 'up' || delayed >= 6) return 'pass';
        delayed += 1;
        return { delayMs: 300 };
      }),
    );
    allSucceeded(await tab.burst(target, 'late', SENDS));
    expect(delayed).toBe(6);
    expect(world.relay.frames(send).length).toBeGreaterThan(SENDS);
    expect(await storedTexts(target)).toEqual(numbered('late', SENDS));
  });
});

test.runIf(SHARES)(
  'a request that is never acknowledged times out after five tries with the same rid and payload',
  async () => {
    const { tab, target } = await ready();
    const since = world.relay.mark();
    undo.push(world.relay.rule((frame) => (send(frame) ? 'drop' : 'pass')));
    const outcome = await tab.call('sendSingleMsg', { target_username: target, content: 'into the void' });
    expect(outcome).toMatchObject({ kind: 'timeout', data: { response_timeout: false } });
    const tries = world.relay.frames(send, since);
    expect(tries).toHaveLength(5);
    expect(new Set(tries.map(({ text }) => text)).size).toBe(1);
  },
);

test.runIf(SHARES)(
  'a request that is acknowledged and never answered times out, and is stored once',
  async () => {
    const { tab, target } = await ready();
    undo.push(world.relay.rule((frame) => (answer(frame) ? 'drop' : 'pass')));
    const outcome = await tab.call('sendSingleMsg', { target_username: target, content: 'received?' });
    expect(outcome).toMatchObject({ kind: 'timeout', data: { response_timeout: true } });
    expect(outcome.acks.length).toBeGreaterThan(0);
    expect(await storedTexts(target)).toEqual(['received?']);
  },
);

test.each([
  ['announced, and not followed by its bytes', '451-["msg_sync",{"_placeholder":true,"num":0}]'],
  ['announced without a number', '45["msg_sync",{}]'],
  ['no packet at all', '4¿?'],
])(
  'a packet outside the protocol (%s) costs the connection and has no other effect',
  async (_what, instead) => {
    const { tab } = await ready({});
    const bob = await world.wire('bob');
    await tab.forget();
    const sockets = world.relay.totalFor('alice');
    let replaced = false;
    undo.push(
      world.relay.rule((frame) => {
        if (replaced || frame.direction !== 'down' || frame.event !== 'msg_sync') return 'pass';
        replaced = true;
        return { instead };
      }),
    );
    const texts = ['in its stead', 'after it'];
    for (const text of texts) await bob.send('alice', text);
    await until(
      'both tabs to have the messages',
      async () => (await tab.textsTo('alice')).length >= texts.length,
    );
    expect(await tab.textsTo('alice')).toEqual(texts);
    expect(replaced).toBe(true);
    expect(world.relay.totalFor('alice')).toBe(sockets + 1);
  },
);

test('after an outage the session returns without the page’s help, and reports it once', async () => {
  const { tab, target } = await ready();
  const bob = await world.wire('bob');
  await tab.forget();
  world.relay.refuse(true);
  world.relay.cutAll();
  await tab.waitForState('waiting');
  const sending = tab.burst(target, 'while away', 3);
  await bob.send('alice', 'did you see this?');
  expect(await tab.call('getConversation')).toMatchObject({ kind: 'success', data: { from_cache: true } });
  world.relay.refuse(false);
  await tab.connectNow();
  await tab.connectNow();
  await tab.waitForState('ready');
  allSucceeded(await sending);
  expect(await tab.received('onDisconnect')).toHaveLength(1);
  await tab.waitForHeard('onSyncConversation');
  const missed = (await tab.received('onSyncConversation')).flat().flatMap(({ msgs }) => msgs);
  expect(missed.map(textOf)).toEqual(['did you see this?']);
  expect(world.relay.openFor('alice')).toBe(1);
});

test('an application that answers onDisconnect the V2 way, with init and login, joins the recovery', async () => {
  const { tab } = await ready();
  const sockets = world.relay.totalFor('alice');
  world.relay.refuse(true);
  world.relay.cutAll();
  await tab.waitForState('waiting');
  const login = tab.login(world.auth(), world.user('alice'));
  world.relay.refuse(false);
  await login;
  await tab.waitForState('ready');
  expect(world.relay.totalFor('alice')).toBe(sockets + 1);
});

test('the gateway is killed during 200 sends and started again: no message is lost or doubled', async () => {
  // At normal speed, because a restart of the gateway would take minutes of a fast clock and cause time-outs.
  const { tab, target } = await ready({});
  await world.register(`${target}b`);
  const sending = Promise.all([tab.burst(target, 'a', 100), tab.burst(`${target}b`, 'b', 100)]);
  const since = world.relay.mark();
  await until('the sends to be under way', () => world.relay.frames(answer, since).length >= 40);
  await world.gateway.kill();
  await tab.waitForState('waiting');
  await world.gateway.start();
  for (const outcomes of await sending) allSucceeded(outcomes);
  expect(await storedTexts(target)).toEqual(numbered('a', 100));
  expect(await storedTexts(`${target}b`)).toEqual(numbered('b', 100));
});

test.runIf(ENGINE === 'chromium' && SHARES)(
  'the worker is killed during sends: its tabs start it again within ten seconds, and no message is lost or doubled',
  async () => {
    const { tab, other, target } = await ready();
    const sending = tab.burst(target, 'c', 60);
    const since = world.relay.mark();
    await until('the sends to be under way', () => world.relay.frames(answer, since).length >= 10);
    const sockets = world.relay.totalFor('alice');
    await (profile as Profile).killRuntimes();
    const killedAt = Date.now();
    await until('a new socket', () => world.relay.totalFor('alice') > sockets);
    expect(Date.now() - killedAt).toBeLessThan(UNREPORTED_MS);
    allSucceeded(await sending);
    expect(await storedTexts(target)).toEqual(numbered('c', 60));
    await other.waitForState('ready');
    expect(await other.state()).toMatchObject({ connected: true, tabs: 2 });
    expect(world.relay.peakFor('alice')).toBe(1);
  },
);
