/** Message history through pages: page by page to the beginning, from the server or this device, and on a device without storage. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import type { Message } from '../../../src/protocol/index.js';
import { textOf } from '../../kit/message-parts.js';
import { SHARES } from '../../kit/world.js';
import { EMOJI, hostCast, to } from './cast.js';

const TOTAL = 25;
const WORKER = fileURLToPath(new URL('../../../dist/jmessage-worker.min.js', import.meta.url));

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
let gid: number;

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const textsOf = (messages: readonly Message[]) => messages.map(textOf);
const placeOf = (message: Message | undefined) => ({
  ctime_ms: message?.ctime_ms ?? 0,
  msg_id: message?.msg_id ?? 0,
});

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob) });
  for (const [i, content] of lines(1, TOTAL).entries()) {
    const [from, peer] = i % 2 === 0 ? [alice, 'bob'] : [bob, 'alice'];
    await from.ok('sendSingleMsg', { target_username: peer, content });
  }
  for (const content of lines(1, 5)) await bob.ok('sendGroupMsg', { target_gid: gid, content });
});
afterEach(async () => {
  cast.world.relay.refuse(false);
  await Promise.all([alice, bob, carol].map((actor) => actor.ok('init', cast.world.auth())));
  for (const { tab } of [alice, bob, carol]) await tab.waitForState('ready');
});

async function offline(): Promise<void> {
  cast.world.relay.refuse(true);
  cast.world.relay.cutAll();
  for (const { tab } of [alice, bob, carol]) await tab.waitForState('waiting');
}

test('getHistory: answers the latest page, the oldest message first, with every field; 20 by default', async () => {
  const { code, messages, more } = await alice.ok('getHistory', { username: 'bob' });
  expect(code).toBe(0);
  expect(textsOf(messages)).toEqual(lines(TOTAL - 19, TOTAL));
  expect(more).toBe(true);
  expect(messages.at(-1)).toMatchObject({
    msg_id: expect.any(Number),
    msg_type: 3,
    ctime_ms: expect.any(Number),
    msg_level: 'normal',
    need_receipt: false,
    key: expect.any(Number),
    from_username: 'alice',
    from_appkey: alice.appkey,
    content: { from_id: 'alice', target_id: 'bob', msg_type: 'text', msg_body: { text: `line ${TOTAL}` } },
  });
});

test('getHistory: pages before a message have no gap and no repeat, to the beginning', async () => {
  const seen: unknown[] = [];
  let before: { ctime_ms: number; msg_id: number } | undefined;
  for (let more = true; more; ) {
    const page = await bob.ok('getHistory', { username: 'alice', limit: '10', ...(before && { before }) });
    seen.unshift(...textsOf(page.messages));
    before = placeOf(page.messages[0]);
    ({ more } = page);
  }
  expect(seen).toEqual(lines(1, TOTAL));
  const beyond = await bob.ok('getHistory', { username: 'alice', ...(before && { before }) });
  expect(beyond).toMatchObject({ messages: [], more: false });
});

test('getHistory: new messages are in the next answer, in every tab', async () => {
  const second = SHARES ? await cast.secondTabOf(alice) : alice;
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: `news ${EMOJI}` });
  await alice.tab.waitForText(`news ${EMOJI}`);
  await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'an answer' });
  for (const actor of [alice, second]) {
    const { messages } = await actor.ok('getHistory', { username: 'bob', appkey: alice.appkey, limit: 2 });
    expect(textsOf(messages)).toEqual([`news ${EMOJI}`, 'an answer']);
  }
  const [last] = (await alice.ok('getHistory', { username: 'bob', limit: 1 })).messages;
  await alice.ok('msgRetract', { msg_id: last?.msg_id ?? 0 });
  await bob.event(55, { msg_ids: [last?.msg_id] });
  for (const [actor, username] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    const { messages } = await actor.ok('getHistory', { username, limit: 1 });
    expect(textsOf(messages)).toEqual([`news ${EMOJI}`]);
  }
  if (SHARES) await second.tab.close();
});

test('getHistory: takes a gid as text; fails with 880205 for non-members, 880204 for an unknown group', async () => {
  const { messages, more } = await alice.ok('getHistory', { gid: `${gid}`, limit: 3 });
  expect(textsOf(messages)).toEqual(lines(3, 5));
  expect(more).toBe(true);
  expect(messages[0]).toMatchObject({ msg_type: 4, from_gid: gid, key: gid });
  expect(await carol.code('getHistory', { gid })).toBe(CODES.userNotInGroup);
  expect(await alice.code('getHistory', { gid: gid + 99 })).toBe(CODES.targetGroupNotExist);
});

test('getHistory: offline it answers the stored messages, marked from_cache', async () => {
  await alice.ok('getHistory', { username: 'bob', limit: 100 });
  await offline();
  const page = await alice.ok('getHistory', { username: 'bob', limit: 5 });
  expect(page).toMatchObject({ more: true, from_cache: true });
  const before = placeOf(page.messages[0]);
  const earlier = await alice.ok('getHistory', { username: 'bob', limit: 100, before });
  expect(earlier).toMatchObject({ more: false, from_cache: true });
  const all = textsOf([...earlier.messages, ...page.messages]);
  expect(all).toEqual([...lines(1, TOTAL), `news ${EMOJI}`]);
  expect(await carol.ok('getHistory', { username: 'bob' })).toMatchObject({ messages: [], from_cache: true });
});

test('getHistory: fails with 880203 for an unknown user, and for invalid parameters', async () => {
  expect(await alice.code('getHistory', { username: 'nobody-of-that-name' })).toBe(CODES.targetUserNotExist);
  expect(await alice.code('getHistory', {})).toBe(CODES.invalidParameter);
  expect(await alice.code('getHistory', { username: 'bob', limit: 0 })).toBe(CODES.invalidValue);
  expect(await alice.code('getHistory', { username: 'bob', limit: 101 })).toBe(CODES.invalidValue);
  expect(await alice.code('getHistory', { username: 'bob', before: 7 })).toBe(CODES.invalidType);
});

// It breaks the worker's script, which the page host does not load.
test.runIf(SHARES)(
  'onDegraded: a failing storage is reported once, in every tab, and all other features work',
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-broken-'));
    const broken = `IDBFactory.prototype.open = () => { throw new DOMException('no storage', 'UnknownError'); };`;
    await writeFile(path.join(folder, 'worker.js'), `${broken}\n${await readFile(WORKER, 'utf8')}`);
    cast.world.site.mount('/broken/', folder);
    const profile = await cast.world.anyProfile();
    await cast.world.register('dave');
    const [first, second] = await cast.world.tabs(profile, 2, { worker: '/broken/worker.js' });
    if (!first || !second) throw new Error('two tabs');
    await first.login(cast.world.auth(), cast.world.user('dave'));
    await second.ok('attach', { username: 'dave', appkey: alice.appkey });
    for (const tab of [first, second]) {
      const { reason } = await tab.waitFor('onDegraded', () => true);
      expect(reason).toMatch(/\w/);
    }
    await first.ok('sendSingleMsg', { target_username: 'alice', content: 'from memory' });
    await second.waitForText('from memory');
    expect(textsOf((await second.ok('getHistory', { username: 'alice' })).messages)).toEqual(['from memory']);
    for (const tab of [first, second]) expect(await tab.received('onDegraded')).toHaveLength(1);
    await rm(folder, { recursive: true });
  },
);
