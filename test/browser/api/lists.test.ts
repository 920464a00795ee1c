/** Lists through pages: no-disturb, shields, the blacklist, and their owner's events; public groups; conversations. */

import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { UNSET_PROFILE } from '../../kit/profile.js';
import { EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
let gid: number;

beforeAll(async () => {
  const group = { group_name: `team ${EMOJI}`, group_description: `of ${EMOJI}` };
  ({ gid } = await bob.ok('createGroup', group));
  await bob.ok('addGroupMembers', { gid, member_usernames: [{ username: 'alice' }] });
});

const noDisturb = async () => (await alice.ok('getNoDisturb')).no_disturb;
const done = { code: 0, message: expect.any(String) };
const event = { event_id: expect.any(Number), ctime: expect.any(Number) };

test('getNoDisturb: is empty at first, with the fields of the document', async () => {
  expect(await alice.ok('getNoDisturb')).toMatchObject({
    ...done,
    no_disturb: { global: 0, users: [], groups: [] },
  });
});

test('addSingleNoDisturb: lists the user, also one of another application, and its owner receives event 37', async () => {
  await bob.ok('updateSelfInfo', { nickname: `Bob ${EMOJI}` });
  expect(await alice.ok('addSingleNoDisturb', { target_name: 'bob' })).toMatchObject(done);
  expect(await alice.event(37)).toMatchObject(event);
  await alice.ok('addSingleNoDisturb', { target_name: 'stranger', appkey: cast.stranger.appkey });
  expect((await noDisturb()).users).toEqual([
    { username: 'bob', nickname: `Bob ${EMOJI}`, appkey: alice.appkey },
    { username: 'stranger', nickname: expect.any(String), appkey: cast.stranger.appkey },
  ]);
  expect(await alice.code('addSingleNoDisturb', { target_name: 'bob' })).toBe(CODES.memberAlreadyNoDisturb);
  expect(await alice.code('addSingleNoDisturb', { target_name: 'nobody' })).toBe(CODES.userNotExist);
});

test('delSingleNoDisturb: takes the user off the list, and its owner receives event 37', async () => {
  expect(await alice.ok('delSingleNoDisturb', { target_name: 'bob', appkey: bob.appkey })).toMatchObject(
    done,
  );
  await alice.ok('delSingleNoDisturb', { target_name: 'stranger', appkey: cast.stranger.appkey });
  expect(await alice.event(37)).toMatchObject(event);
  expect((await noDisturb()).users).toEqual([]);
  expect(await alice.code('delSingleNoDisturb', { target_name: 'bob' })).toBe(CODES.memberNeverNoDisturb);
});

test('addGroupNoDisturb: lists the group, takes its gid as text, and its owner receives event 37', async () => {
  expect(await alice.ok('addGroupNoDisturb', { gid: `${gid}` })).toMatchObject(done);
  expect(await alice.event(37)).toMatchObject(event);
  expect((await noDisturb()).groups).toEqual([
    { gid, name: `team ${EMOJI}`, appkey: alice.appkey, desc: `of ${EMOJI}` },
  ]);
  expect(await alice.code('addGroupNoDisturb', { gid })).toBe(CODES.groupAlreadyNoDisturb);
  expect(await carol.code('addGroupNoDisturb', { gid })).toBe(CODES.userNotInGroup);
});

test('delGroupNoDisturb: takes the group off the list, and its owner receives event 37', async () => {
  expect(await alice.ok('delGroupNoDisturb', { gid })).toMatchObject(done);
  expect(await alice.event(37)).toMatchObject(event);
  expect((await noDisturb()).groups).toEqual([]);
  expect(await alice.code('delGroupNoDisturb', { gid })).toBe(CODES.groupNeverNoDisturb);
});

test('addGlobalNoDisturb: is 1 in the list, and its owner receives event 37', async () => {
  expect(await alice.ok('addGlobalNoDisturb')).toMatchObject(done);
  expect(await alice.event(37)).toMatchObject(event);
  expect((await noDisturb()).global).toBe(1);
  expect(await alice.code('addGlobalNoDisturb')).toBe(CODES.globalAlreadyNoDisturb);
});

test('delGlobalNoDisturb: is 0 in the list, and its owner receives event 37', async () => {
  expect(await alice.ok('delGlobalNoDisturb')).toMatchObject(done);
  expect(await alice.event(37)).toMatchObject(event);
  expect((await noDisturb()).global).toBe(0);
  expect(await alice.code('delGlobalNoDisturb')).toBe(CODES.globalNeverNoDisturb);
});

test('addGroupShield: stops the messages of the group, and its owner receives event 39', async () => {
  expect(await alice.ok('addGroupShield', { gid: `${gid}` })).toMatchObject(done);
  expect(await alice.event(39)).toMatchObject(event);
  await bob.ok('sendGroupMsg', { target_gid: gid, content: 'not for alice' });
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'but this' });
  await alice.tab.waitForText('but this');
  expect(await alice.tab.texts()).toEqual(['but this']);
  expect(await alice.code('addGroupShield', { gid })).toBe(CODES.alreadyShielded);
  expect(await carol.code('addGroupShield', { gid })).toBe(CODES.userNotInGroup);
  expect(await carol.code('addGroupShield', { gid: gid + 1_000 })).toBe(CODES.targetGroupNotExist);
});

test('groupShieldList: has the groups in the form of getGroups', async () => {
  const { group_list } = await alice.ok('groupShieldList');
  expect(group_list).toEqual((await alice.ok('getGroups')).group_list);
  expect(group_list).toMatchObject([
    { gid, name: `team ${EMOJI}`, desc: `of ${EMOJI}`, group_type: expect.any(Number) },
  ]);
  expect((await bob.ok('groupShieldList')).group_list).toEqual([]);
});

test('delGroupShield: lets the messages through again, and its owner receives event 39', async () => {
  expect(await alice.ok('delGroupShield', { gid })).toMatchObject(done);
  expect(await alice.event(39)).toMatchObject(event);
  await bob.ok('sendGroupMsg', { target_gid: gid, content: 'for alice too' });
  await alice.tab.waitForText('for alice too');
  expect(await alice.code('delGroupShield', { gid })).toBe(CODES.neverShielded);
});

test('addSingleBlacks: adds several users, whose messages then fail with 880207, and its owner receives event 38', async () => {
  const member_usernames = [{ username: 'bob' }, { username: 'stranger', appkey: cast.stranger.appkey }];
  expect(await alice.ok('addSingleBlacks', { member_usernames })).toMatchObject(done);
  expect(await alice.event(38)).toMatchObject(event);
  const message = { target_username: 'alice', appkey: alice.appkey, content: 'let me in' };
  expect(await bob.code('sendSingleMsg', message)).toBe(CODES.inBlacklist);
  expect(await cast.stranger.code('sendSingleMsg', message)).toBe(CODES.inBlacklist);
  expect(await carol.code('sendSingleMsg', message)).toBe(0);
});

test('addSingleBlacks: fails with 880904 for a listed user, 880903 for oneself, 880103 for an unknown user, 880602 for none', async () => {
  const code = (...names: string[]) =>
    alice.code('addSingleBlacks', { member_usernames: names.map((username) => ({ username })) });
  expect(await code('bob')).toBe(CODES.repeatedBlacklistMember);
  expect(await code('alice')).toBe(CODES.memberMayNotBeBlacklisted);
  expect(await code('nobody')).toBe(CODES.userNotExist);
  expect(await code()).toBe(CODES.noMember);
});

test('getBlacks: answers the profiles, with every field of the document', async () => {
  const { black_list, code } = await alice.ok('getBlacks');
  expect(code).toBe(0);
  expect(black_list).toHaveLength(2);
  expect(black_list.find(({ username }) => username === 'bob')).toMatchObject({
    appkey: bob.appkey,
    nickname: `Bob ${EMOJI}`,
    avatar: '',
    ...UNSET_PROFILE,
    mtime: expect.any(Number),
  });
});

test('delSingleBlacks: allows their messages again, and its owner receives event 38', async () => {
  const member_usernames = [{ username: 'bob' }, { username: 'stranger', appkey: cast.stranger.appkey }];
  expect(await alice.ok('delSingleBlacks', { member_usernames })).toMatchObject(done);
  expect(await alice.event(38)).toMatchObject(event);
  expect((await alice.ok('getBlacks')).black_list).toEqual([]);
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'back again' });
  await alice.tab.waitForText('back again');
  expect(await alice.code('delSingleBlacks', { member_usernames: [{ username: 'nobody' }] })).toBe(
    CODES.userNotExist,
  );
});

test('onSyncEvent: lists changed on another device are events 37, 38, 39, 101, 102 and 103 after the return of this one', async () => {
  await alice.leave();
  const elsewhere = await cast.world.wire('alice');
  await elsewhere.request('add_msg_no_disturb_single', { target_name: 'bob', version: 0 });
  await elsewhere.request('add_black_list', { member_usernames: [{ username: 'carol' }] });
  await elsewhere.request('add_msg_shield_group', { gid });
  elsewhere.close();
  await alice.come();
  for (const type of [37, 38, 39]) await alice.missed(type);
  await alice.missed(102, { extra: 31 });
  await alice.missed(101, { extra: 1 });
  await alice.missed(103, { extra: 1 });
});

test('getAppkeyPublicGroups: pages through the public groups of an application', async () => {
  const open = await alice.ok('createGroup', { group_name: 'open', is_limit: true });
  const { result, code } = await carol.ok('getAppkeyPublicGroups', { start: '0' });
  expect(code).toBe(0);
  expect(result).toMatchObject({ total: result.groups.length, start: 0 });
  expect(result.groups.find((group) => group.gid === open.gid)).toMatchObject({
    name: 'open',
    desc: '',
    group_type: 2,
  });
  const page = await cast.stranger.ok('getAppkeyPublicGroups', { start: 1, appkey: alice.appkey });
  expect(page.result.groups).toEqual(result.groups.slice(1));
  expect((await cast.stranger.ok('getAppkeyPublicGroups', { start: 0 })).result.groups).toEqual([]);
  expect(await carol.code('getAppkeyPublicGroups', { start: -1 })).toBe(CODES.invalidValue);
});

test('getConversation: lists single and group conversations with every field of the documents', async () => {
  await bob.ok('updateSelfInfo', { nickname: `Bobby ${EMOJI}` });
  const { gid } = await alice.ok('createGroup', { group_name: `team ${EMOJI}` });
  const inGroup = await alice.ok('sendGroupMsg', { target_gid: gid, content: 'anybody?' });
  const toHim = await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'and you?' });
  await alice.tab.local('resetUnreadCount', { username: 'bob' });
  const { conversations, code } = await alice.ok('getConversation');
  expect(code).toBe(0);
  expect(conversations.find(({ username }) => username === 'bob')).toMatchObject({
    type: 3,
    key: expect.any(Number),
    name: expect.any(String),
    nickname: `Bobby ${EMOJI}`,
    avatar: '',
    appkey: bob.appkey,
    mtime: toHim.ctime_ms,
    unread_msg_count: 0,
    extras: {},
  });
  expect(conversations.find((conversation) => conversation.gid === gid)).toMatchObject({
    type: 4,
    key: gid,
    name: `team ${EMOJI}`,
    avatar: '',
    appkey: alice.appkey,
    mtime: inGroup.ctime_ms,
    unread_msg_count: 0,
    extras: {},
  });
});

test('getConversation: fails with 889002 before login', async () => {
  await carol.leave();
  await carol.ok('init', cast.world.auth());
  expect(await carol.code('getConversation')).toBe(CODES.notLoggedIn);
  await carol.come();
});

test('updateConversation: replaces the extras of getConversation, in every tab and over logins', async () => {
  const second = await cast.secondTabOf(alice);
  await alice.tab.local('updateConversation', { username: 'bob', extras: { top: 1, [EMOJI]: 2 } });
  await alice.tab.local('updateConversation', {
    username: 'bob',
    appkey: bob.appkey,
    extras: { pinned: EMOJI },
  });
  for (const actor of [alice, second]) {
    const { conversations } = await actor.ok('getConversation');
    expect(conversations.find(({ username }) => username === 'bob')?.extras).toEqual({ pinned: EMOJI });
  }
  await second.tab.close();
  await alice.misses(async () => undefined);
  const { conversations } = await alice.ok('getConversation');
  expect(conversations.find(({ username }) => username === 'bob')?.extras).toEqual({ pinned: EMOJI });
  const gid = conversations.find(({ type }) => type === 4)?.gid ?? 0;
  await alice.tab.local('updateConversation', { gid: `${gid}`, extras: { g: true } });
  const after = (await alice.ok('getConversation')).conversations;
  expect(after.find((conversation) => conversation.gid === gid)?.extras).toEqual({ g: true });
});
