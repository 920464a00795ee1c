/** The guide's chapters 免打扰管理, 黑名单管理, 好友相关 and their events: each example as it stands there, and each field. */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { UNSET_PROFILE } from '../../kit/profile.js';
import type { Actor } from '../api/cast.js';
import { type Chapter, chapter, failsWith, number, succeeds, text } from './stage.js';

let stage: Chapter<'alice' | 'bob'>;
let alice: Actor;
let bob: Actor;
let gid: number;

beforeAll(async () => {
  stage = await chapter('relations', ['alice', 'bob']);
  ({ alice, bob } = stage.actors);
  ({ gid } = await alice.ok('createGroup', { group_name: 'quiet', group_description: 'ly' }));
});
afterAll(() => stage.close());
beforeEach(() => Promise.all([alice, bob].map((actor) => actor.tab.forget())));

const scope = () => ({ name: bob.username, me: alice.username, appkey: bob.appkey, gid: String(gid) });
const event = (event_type: number) => ({ event_id: number, event_type, ctime: number });
const noDisturb = async () => (await succeeds(alice, 'return JIM.getNoDisturb()')).data.no_disturb;
const user = {
  appkey: text,
  nickname: '',
  avatar: '',
  ...UNSET_PROFILE,
  mtime: number,
};

test('addSingleNoDisturb: with the appkey, as empty text or null; event 37', async () => {
  await succeeds(alice, `return JIM.addSingleNoDisturb({ 'target_name' : name, 'appkey' : '' })`, scope());
  expect(await alice.event(37)).toMatchObject(event(37));
  expect(
    await failsWith(
      alice,
      `return JIM.addSingleNoDisturb({ 'target_name' : name, 'appkey' : appkey })`,
      scope(),
    ),
  ).toBe(881101);
});

test('addGroupNoDisturb: with the gid as text; event 37', async () => {
  await succeeds(alice, `return JIM.addGroupNoDisturb({ 'gid' : gid })`, scope());
  expect(await alice.event(37)).toMatchObject(event(37));
});

test('addGlobalNoDisturb: takes no parameters; event 37', async () => {
  await succeeds(alice, 'return JIM.addGlobalNoDisturb()');
  expect(await alice.event(37)).toMatchObject(event(37));
});

test('getNoDisturb: has every field of the guide', async () => {
  expect(await noDisturb()).toEqual({
    global: 1,
    users: [{ username: bob.username, nickname: '', appkey: bob.appkey }],
    groups: [expect.objectContaining({ gid, name: 'quiet', appkey: alice.appkey, desc: 'ly' })],
  });
});

test('delSingleNoDisturb, delGroupNoDisturb and delGlobalNoDisturb: remove it again; event 37', async () => {
  await succeeds(alice, `return JIM.delSingleNoDisturb({ 'target_name' : name, 'appkey' : null })`, scope());
  await succeeds(alice, `return JIM.delGroupNoDisturb({ 'gid' : gid })`, scope());
  await succeeds(alice, 'return JIM.delGlobalNoDisturb()');
  expect(await alice.event(37)).toMatchObject(event(37));
  expect(await noDisturb()).toEqual({ global: 0, users: [], groups: [] });
});

test('addGroupShield, groupShieldList and delGroupShield: group_list[] as documented, and groups[] for applications', async () => {
  await succeeds(alice, `return JIM.addGroupShield({ 'gid' : gid })`, scope());
  const { data } = await succeeds(alice, 'return JIM.groupShieldList()');
  expect(data.group_list).toMatchObject([{ gid, name: 'quiet', desc: 'ly', group_type: number }]);
  expect(data.groups).toEqual(data.group_list);
  await succeeds(alice, `return JIM.delGroupShield({ 'gid' : gid })`, scope());
  expect((await succeeds(alice, 'return JIM.groupShieldList()')).data).toMatchObject({
    group_list: [],
    groups: [],
  });
});

test('addSingleBlacks: a list of users with and without appkey; event 38', async () => {
  await succeeds(
    alice,
    `return JIM.addSingleBlacks({ 'member_usernames' : [{'username':name,'appkey':''}] })`,
    scope(),
  );
  expect(await alice.event(38)).toMatchObject(event(38));
  expect(
    await failsWith(
      bob,
      `return JIM.sendSingleMsg({ 'target_username' : me, 'content' : 'hello' })`,
      scope(),
    ),
  ).toBe(880207);
});

test('getBlacks: has every field of the guide', async () => {
  const { data } = await succeeds(alice, 'return JIM.getBlacks()');
  expect(data.black_list).toEqual([expect.objectContaining({ ...user, username: bob.username })]);
});

test('delSingleBlacks: allows their messages again; event 38', async () => {
  await succeeds(
    alice,
    `return JIM.delSingleBlacks({ 'member_usernames' : [{'username':name,'appkey':appkey}] })`,
    scope(),
  );
  expect(await alice.event(38)).toMatchObject(event(38));
  await succeeds(bob, `return JIM.sendSingleMsg({ 'target_username' : me, 'content' : 'hello' })`, scope());
});

const ASK = `return JIM.addFriend({ 'target_name' : name, 'from_type' : '1', 'why' : '< why >', 'appkey' : appkey })`;
const ANSWER = `return JIM.addFriend({ 'target_name' : me, 'from_type' : '2', 'why' : why, 'appkey' : appkey })`;

test('addFriend: from_type 1 invites, and the target receives event 5 with extra 1', async () => {
  await succeeds(alice, ASK, scope());
  expect(await bob.event(5)).toMatchObject({
    ...event(5),
    from_username: alice.username,
    from_appkey: alice.appkey,
    extra: 1,
    description: '< why >',
  });
});

test('addFriend: from_type 2 with a reason declines, and the inviter receives event 5 with extra 2, return_code and description', async () => {
  await succeeds(bob, ANSWER, { ...scope(), why: 'not now' });
  const received = await alice.event(5, { extra: 2 });
  expect(received).toMatchObject({
    ...event(5),
    from_username: bob.username,
    from_appkey: bob.appkey,
    description: 'not now',
  });
  expect(received.return_code).toBeGreaterThan(0);
});

test('addFriend: without from_type it invites, and from_type 2 with an empty why accepts: return_code 0, no description', async () => {
  await succeeds(
    alice,
    `return JIM.addFriend({ 'target_name' : name, 'why' : null, 'appkey' : '' })`,
    scope(),
  );
  await bob.event(5, { extra: 1 });
  await succeeds(bob, ANSWER, { ...scope(), why: '' });
  expect(await alice.event(5, { extra: 2 })).toMatchObject({ return_code: 0, description: '' });
});

test('updateFriendMemo and getFriendList: every field of the guide, the memo in both spellings', async () => {
  await succeeds(
    alice,
    `return JIM.updateFriendMemo({
       'target_name' : name, 'memo_name' : '< memo_name >', 'memo_others' : '< memo_others >', 'appkey' : appkey
     })`,
    scope(),
  );
  const { data } = await succeeds(alice, 'return JIM.getFriendList()');
  expect(data.friend_list).toEqual([
    expect.objectContaining({
      ...user,
      username: bob.username,
      memo_nam: '< memo_name >',
      memo_name: '< memo_name >',
      memo_others: '< memo_others >',
    }),
  ]);
});

test('delFriend: the deleted friend receives event 6', async () => {
  await succeeds(alice, `return JIM.delFriend({ 'target_name' : name, 'appkey' : appkey })`, scope());
  expect(await bob.event(6)).toMatchObject({
    ...event(6),
    from_username: alice.username,
    from_appkey: alice.appkey,
  });
});
