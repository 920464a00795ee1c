/** Transparent messages through pages: delivered to online recipients, and never stored. */
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { EMOJI, hostCast, to } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
let gid: number;

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob, cast.stranger) });
});

const cmd = JSON.stringify({ typing: true, [EMOJI]: EMOJI });
const done = { code: 0, message: expect.any(String) };
const fromAlice = () => ({ from_username: 'alice', from_appkey: alice.appkey, platform: 'web' });

test('transSingleMsg: is delivered to its target, in every tab, also in another application', async () => {
  const second = await cast.secondTabOf(bob);
  expect(await alice.ok('transSingleMsg', { target_username: 'bob', cmd })).toEqual(done);
  for (const actor of [bob, second]) {
    expect(await actor.receives('onTransMsgRec', { cmd })).toEqual({ type: 3, gid: 0, ...fromAlice(), cmd });
  }
  await second.tab.close();
  await alice.ok('transSingleMsg', { target_username: 'stranger', target_appkey: cast.stranger.appkey, cmd });
  await cast.stranger.receives('onTransMsgRec', { type: 3, ...fromAlice(), cmd });
});

test('transSingleMsg: fails with 881602 for an offline user, 880203 for an unknown one, 881604 for a text that is too long', async () => {
  await carol.leave();
  expect(await alice.code('transSingleMsg', { target_username: 'carol', cmd })).toBe(CODES.targetNotLoggedIn);
  expect(await alice.code('transSingleMsg', { target_username: 'nobody', cmd })).toBe(
    CODES.targetUserNotExist,
  );
  const long = EMOJI.repeat(1_025);
  expect(await alice.code('transSingleMsg', { target_username: 'bob', cmd: long })).toBe(CODES.cmdTooLong);
  expect(await alice.code('transSingleMsg', { target_username: 'bob', cmd: {} })).toBe(CODES.invalidType);
  await carol.come();
});

test('transGroupMsg: is delivered to every other member of the group only', async () => {
  expect(await alice.ok('transGroupMsg', { gid: `${gid}`, cmd })).toEqual(done);
  for (const actor of [bob, cast.stranger]) {
    expect(await actor.receives('onTransMsgRec', { gid })).toEqual({ type: 4, gid, ...fromAlice(), cmd });
  }
  for (const actor of [alice, carol]) {
    await actor.ok('getConversation');
    expect(await actor.tab.received('onTransMsgRec')).toEqual([]);
  }
});

test('transGroupMsg: fails with 880204 for an unknown group, 880205 for non-members, 881604 for a text that is too long', async () => {
  expect(await alice.code('transGroupMsg', { gid: gid + 99, cmd })).toBe(CODES.targetGroupNotExist);
  expect(await carol.code('transGroupMsg', { gid, cmd })).toBe(CODES.userNotInGroup);
  expect(await alice.code('transGroupMsg', { gid, cmd: EMOJI.repeat(1_025) })).toBe(CODES.cmdTooLong);
});

test("transPlatMsg: is accepted for the account's other platforms, and delivered to no tab of this one", async () => {
  for (const platform of ['all', 'android', 'ios', 'pc'] as const) {
    expect(await alice.ok('transPlatMsg', { platform, cmd })).toEqual(done);
  }
  for (const actor of [alice, bob]) {
    await actor.ok('getConversation');
    expect(await actor.tab.received('onTransMsgRec')).toEqual([]);
  }
  expect(await alice.code('transPlatMsg', { platform: 'toaster', cmd })).toBe(CODES.invalidValue);
  expect(await alice.code('transPlatMsg', { platform: 'all', cmd: EMOJI.repeat(1_025) })).toBe(
    CODES.cmdTooLong,
  );
});

test('onTransMsgRec: an offline user never receives it', async () => {
  await bob.misses(() => alice.ok('transGroupMsg', { gid, cmd: 'missed' }));
  await alice.ok('transGroupMsg', { gid, cmd: 'received' });
  await bob.receives('onTransMsgRec', { cmd: 'received' });
  expect(await bob.tab.received('onTransMsgRec')).toHaveLength(1);
});
