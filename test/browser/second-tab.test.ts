/** A second tab is another device to an application written for V2: it receives V2's events for other devices, and is never logged out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventNotification, MethodName } from '../../src/protocol/index.js';
import type { BrowserProfile } from '../kit/engines/engine.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { createWorld, type World } from '../kit/world.js';

let world: World;
let profile: BrowserProfile;
let first: Tab;
let second: Tab;
let gid: number;
beforeAll(async () => {
  world = await createWorld({ users: ['alice', 'bob', 'carol'] });
  profile = await world.anyProfile();
  [first, second] = (await world.tabs(profile, 2)) as [Tab, Tab];
  for (const tab of [first, second]) {
    await tab.login(world.auth(), world.user('alice'));
    await tab.waitForState('ready');
  }
  ({ gid } = await first.ok('createGroup', { group_name: 'a group', group_description: '' }));
});
afterAll(() => world.close());

const bob = { username: 'bob' };
const named = (username: string) => ({ username, appkey: world.gateway.appkey });

test('reading a conversation in one tab removes the badge in the other', async () => {
  const sender = await world.wire('bob');
  await sender.send('alice', 'hello');
  for (const tab of [first, second]) await tab.waitForText('hello');
  await first.local('resetUnreadCount', bob);
  expect(await second.waitFor('onMutiUnreadMsgUpdate', () => true)).toMatchObject({
    type: 3,
    ...named('bob'),
  });
  expect(await second.local('getUnreadMsgCnt', bob)).toBe(0);
  expect(await first.received('onMutiUnreadMsgUpdate')).toEqual([]);
});

type Change = [
  method: MethodName,
  params: () => object | undefined,
  event: () => Partial<EventNotification> & object,
];
const CHANGES: Change[] = [
  [
    'addSingleBlacks',
    () => ({ member_usernames: [named('carol')] }),
    () => ({ event_type: 101, extra: 1, to_usernames: [named('carol')] }),
  ],
  [
    'delSingleBlacks',
    () => ({ member_usernames: [{ username: 'carol' }] }),
    () => ({ event_type: 101, extra: 2, to_usernames: [named('carol')] }),
  ],
  [
    'addSingleNoDisturb',
    () => ({ target_name: 'bob' }),
    () => ({ event_type: 102, extra: 31, to_usernames: [named('bob')] }),
  ],
  [
    'delSingleNoDisturb',
    () => ({ target_name: 'bob' }),
    () => ({ event_type: 102, extra: 32, to_usernames: [named('bob')] }),
  ],
  ['addGroupNoDisturb', () => ({ gid }), () => ({ event_type: 102, extra: 33, to_groups: [{ gid }] })],
  ['delGroupNoDisturb', () => ({ gid }), () => ({ event_type: 102, extra: 34, to_groups: [{ gid }] })],
  ['addGlobalNoDisturb', () => undefined, () => ({ event_type: 102, extra: 35 })],
  ['delGlobalNoDisturb', () => undefined, () => ({ event_type: 102, extra: 36 })],
  ['addGroupShield', () => ({ gid }), () => ({ event_type: 103, extra: 1, to_groups: [{ gid }] })],
  ['delGroupShield', () => ({ gid }), () => ({ event_type: 103, extra: 2, to_groups: [{ gid }] })],
];
test.each(CHANGES)(
  '%s in one tab reaches the other as an event of another device',
  async (method, params, event) => {
    await first.ok(method as 'addSingleBlacks', params() as never);
    const wanted = event();
    const isIt = (data: EventNotification) =>
      data.event_type === wanted.event_type && data.extra === wanted.extra;
    expect(await second.waitFor('onEventNotification', isIt)).toMatchObject(wanted);
    expect((await first.received('onEventNotification')).filter(isIt)).toEqual([]);
  },
);

test('friends that one tab accepts, names and deletes reach the other', async () => {
  const wire = await world.wire('carol');
  await wire.request('add_friend', { target_name: 'alice', from_type: 1, why: '' });
  await second.waitFor('onEventNotification', ({ event_type, extra }) => event_type === 5 && extra === 1);
  const elsewhere = (extra: number) =>
    second.waitFor('onEventNotification', (data) => data.event_type === 100 && data.extra === extra);
  await first.ok('acceptFriend', { target_name: 'carol' });
  expect(await elsewhere(5)).toMatchObject({ to_usernames: [named('carol')] });
  await first.ok('updateFriendMemo', { target_name: 'carol', memo_name: 'my friend' });
  expect(await elsewhere(7)).toMatchObject({ description: { username: 'carol', memo_name: 'my friend' } });
  await first.ok('delFriend', { target_name: 'carol' });
  expect(await elsewhere(6)).toMatchObject({ to_usernames: [named('carol')] });
  expect(
    (await first.received('onEventNotification')).filter(({ event_type }) => event_type === 100),
  ).toEqual([]);
});

test('two browsers whose pages answer onDisconnect with init and login do not log each other out', async () => {
  const his = await world.anyProfile();
  const elsewhere = await world.tab(his);
  for (const tab of [first, second, elsewhere]) {
    await tab.frame.evaluate(
      ([auth, credentials]) => {
        const { JIM } = window as unknown as {
          JIM: Record<string, (arg: unknown) => { onSuccess(fn: () => void): void }>;
        };
        JIM.onDisconnect?.(() => JIM.init?.(auth).onSuccess(() => JIM.login?.(credentials)));
      },
      [world.auth(), world.user('alice')] as const,
    );
  }
  const since = world.relay.mark();
  await elsewhere.login(world.auth(), world.user('alice'));
  for (const tab of [first, second]) {
    await until('the session to have ended', async () => !(await tab.flags()).login);
    expect(await tab.received('onEventNotification')).toContainEqual(
      expect.objectContaining({ event_type: 1 }),
    );
  }
  await elsewhere.waitForState('ready');
  await elsewhere.ok('getConversation');
  const logins = world.relay.frames(({ direction, event }) => direction === 'up' && event === 'login', since);
  expect(logins).toHaveLength(1);
  expect(await elsewhere.flags()).toEqual({ init: true, login: true, connect: true });
});

test('a connection that returns within disconnectGrace is not reported as lost', async () => {
  await world.register('dave');
  const tab = await world.tab(profile, { graceMs: 20_000 });
  await tab.login(world.auth(), world.user('dave'));
  await tab.waitForState('ready');
  world.relay.cutAll();
  await tab.waitFor('onStateChange', ({ connected, username }) => username === 'dave' && !connected);
  await tab.waitForState('ready');
  expect(await tab.received('onDisconnect')).toEqual([]);
});
