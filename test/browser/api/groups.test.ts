/** Groups through pages: created, changed, joined, left, moderated; and the members' events, online or later. */
import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { fileForm } from '../../kit/forms.js';
import { png } from '../../kit/images.js';
import { type Actor, by, EMOJI, hostCast, target, to } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol', 'dave']);
/** Owns the groups. */
const { alice } = cast.actors;
/** A member. */
const { bob } = cast.actors;
/** A member who is offline during the changes. */
const { carol } = cast.actors;
/** Not a member at first. */
const { dave } = cast.actors;

const done = { code: 0, message: expect.any(String) };
/** A group of alice's. */
async function team(...members: Actor[]): Promise<number> {
  const { gid } = await alice.ok('createGroup', { group_name: 'team' });
  if (members.length > 0) await alice.ok('addGroupMembers', { gid, member_usernames: to(...members) });
  return gid;
}
const publicTeam = async () => (await alice.ok('createGroup', { group_name: 'open', is_limit: true })).gid;
const namesIn = async (actor: Actor, gid: number): Promise<string[]> =>
  (await actor.ok('getGroupMembers', { gid })).member_list.map(({ username }) => username);

/** A change while carol is offline: all others receive its event at once, and she after her return. */
async function happens(what: () => Promise<unknown>, type: number, like: object, here: Actor[]) {
  await carol.misses(async () => {
    await what();
    for (const actor of here) await actor.event(type, like);
  });
  await carol.missed(type, like);
}

test('createGroup: answers gid, group_name and the description in both spellings, and its creator receives event 8', async () => {
  const group = { group_name: `team ${EMOJI}`, group_description: `of ${EMOJI}` };
  const answer = await alice.ok('createGroup', group);
  expect(answer).toMatchObject({
    ...done,
    gid: expect.any(Number),
    ...group,
    group_descriptin: `of ${EMOJI}`,
  });
  expect(await alice.event(8, { gid: answer.gid, ...by(alice, alice) })).toMatchObject({
    ctime: expect.any(Number),
  });
  expect(await alice.code('createGroup', {})).toBe(CODES.invalidParameter);
  expect(await alice.code('createGroup', { group_name: '长'.repeat(22) })).toBe(CODES.groupNameTooLong);
  const long = { group_name: 'x', group_description: '长'.repeat(84) };
  expect(await alice.code('createGroup', long)).toBe(CODES.groupDescriptionTooLong);
});

test('createGroup: with an avatar and is_limit makes a public group with that picture', async () => {
  const avatar = fileForm(Uint8Array.from(png(2, 2)), 'team.png', 'image/png');
  const { gid } = await alice.ok('createGroup', { group_name: 'pictured', avatar, is_limit: 'true' });
  const { group_info } = await dave.ok('getGroupInfo', { gid });
  expect(group_info).toMatchObject({ group_type: 2, desc: '', avatar: expect.stringMatching(/\w/) });
  expect((await dave.ok('getResource', { media_id: group_info.avatar })).url).toMatch(/^http/);
});

test('getGroups: lists the own groups, with every field of the document', async () => {
  const gid = await team(bob);
  const { group_list, code } = await bob.ok('getGroups');
  expect(code).toBe(0);
  expect(group_list.find((group) => group.gid === gid)).toEqual({
    gid,
    name: 'team',
    desc: '',
    appkey: alice.appkey,
    ctime: expect.any(Number),
    mtime: expect.any(Number),
    avatar: '',
    group_type: expect.any(Number),
  });
  expect((await dave.ok('getGroups')).group_list).toEqual([]);
});

test('getGroupInfo: answers every field of the document, takes its gid as text, and fails with 880204 or 880205', async () => {
  const gid = await team(bob);
  const { group_info } = await bob.ok('getGroupInfo', { gid: `${gid}` });
  expect(group_info).toEqual((await bob.ok('getGroups')).group_list.find((group) => group.gid === gid));
  expect(await bob.code('getGroupInfo', { gid: gid + 1_000 })).toBe(CODES.userExists);
  expect(await dave.code('getGroupInfo', { gid })).toBe(CODES.userNotInGroup);
  expect(await dave.code('getGroupInfo', { gid: 'x' })).not.toBe(0);
});

test('updateGroupInfo: changes any one of name, description and avatar, and every member receives event 12', async () => {
  const gid = await team(bob, carol);
  await happens(
    () => alice.ok('updateGroupInfo', { gid: `${gid}`, group_name: `new ${EMOJI}`, group_description: 'd' }),
    12,
    { gid, ...by(alice, alice) },
    [alice, bob],
  );
  await alice.ok('updateGroupInfo', { gid, group_description: `only ${EMOJI}` });
  const avatar = fileForm(Uint8Array.from(png(1, 1)), 'a.png', 'image/png');
  expect(await alice.ok('updateGroupInfo', { gid, avatar })).toMatchObject(done);
  const { group_info } = await bob.ok('getGroupInfo', { gid });
  expect(group_info).toMatchObject({
    name: `new ${EMOJI}`,
    desc: `only ${EMOJI}`,
    avatar: expect.stringMatching(/\w/),
  });
  expect(await bob.code('updateGroupInfo', { gid, group_name: 'mine' })).toBe(CODES.noPermission);
});

test('addGroupMembers: adds members of both applications, and all members receive event 10, the new ones included', async () => {
  const gid = await team(bob);
  const member_usernames = [{ username: 'carol' }, { username: 'stranger', appkey: cast.stranger.appkey }];
  const added = () => bob.ok('addGroupMembers', { gid, member_usernames });
  await happens(added, 10, { gid, ...by(bob, carol, cast.stranger) }, [alice, bob, cast.stranger]);
  expect(await namesIn(cast.stranger, gid)).toEqual(['alice', 'bob', 'carol', 'stranger']);
  expect(await alice.code('addGroupMembers', { gid, member_usernames: to(bob) })).toBe(CODES.repeatedAdd);
  expect(await dave.code('addGroupMembers', { gid, member_usernames: to(dave) })).toBe(
    CODES.mayNotAddMembers,
  );
  const nobody = [{ username: 'nobody' }];
  expect(await alice.code('addGroupMembers', { gid, member_usernames: nobody })).toBe(
    CODES.targetUserNotExist,
  );
  expect(await alice.code('addGroupMembers', { gid, member_usernames: [] })).toBe(CODES.noMember);
});

test('delGroupMembers: all members receive event 11, the removed ones included', async () => {
  const gid = await team(bob, carol, cast.stranger);
  const removed = () => alice.ok('delGroupMembers', { gid, member_usernames: to(carol, cast.stranger) });
  await happens(removed, 11, { gid, ...by(alice, carol, cast.stranger) }, [alice, bob, cast.stranger]);
  expect(await namesIn(bob, gid)).toEqual(['alice', 'bob']);
  expect(await carol.code('getGroupMembers', { gid })).toBe(CODES.userNotInGroup);
  expect(await bob.code('delGroupMembers', { gid, member_usernames: to(alice) })).toBe(
    CODES.mayNotDeleteMembers,
  );
  expect(await alice.code('delGroupMembers', { gid, member_usernames: to(alice) })).toBe(
    CODES.memberMayNotBeDeleted,
  );
  expect(await alice.code('delGroupMembers', { gid, member_usernames: to(dave) })).toBe(CODES.userNotInGroup);
});

test('getGroupMembers: has every field of the document, flag 1 for the owner, and no uid', async () => {
  const gid = await team(bob);
  await bob.ok('updateSelfInfo', { nickname: `B ${EMOJI}` });
  const { member_list } = await bob.ok('getGroupMembers', { gid });
  const row = { appkey: alice.appkey, avatar: expect.any(String), keep_silence: false };
  expect(member_list).toEqual([
    { ...row, username: 'alice', nickname: expect.any(String), flag: 1 },
    { ...row, username: 'bob', nickname: `B ${EMOJI}`, flag: 0 },
  ]);
  expect(await dave.code('getGroupMembers', { gid })).toBe(CODES.userNotInGroup);
});

test('exitGroup: answers gid and group_name; the others receive event 9, and an owner hands the group over', async () => {
  const gid = await team(bob, carol);
  const left = async () =>
    expect(await bob.ok('exitGroup', { gid: `${gid}` })).toMatchObject({ ...done, gid, group_name: 'team' });
  await happens(left, 9, { gid, ...by(bob, bob) }, [alice]);
  expect(await bob.tab.received('onEventNotification')).not.toContainEqual(
    expect.objectContaining({ event_type: 9 }),
  );
  const again = () => alice.ok('exitGroup', { gid });
  await happens(again, 9, { gid, ...by(alice, alice), new_owner: { username: 'carol' } }, [alice]);
  expect((await carol.ok('getGroupMembers', { gid })).member_list).toMatchObject([
    { username: 'carol', flag: 1 },
  ]);
  expect(await bob.code('exitGroup', { gid })).toBe(CODES.userNotInGroup);
});

test('dissolveGroup: every member receives event 9 with extra 69, and the group is gone', async () => {
  const gid = await team(bob, carol);
  expect(await bob.code('dissolveGroup', { gid })).toBe(CODES.notAdmin);
  await happens(() => alice.ok('dissolveGroup', { gid }), 9, { gid, extra: 69, ...by(alice, alice) }, [
    alice,
    bob,
  ]);
  expect(await alice.code('getGroupInfo', { gid })).toBe(CODES.userExists);
});

test('joinGroup: asks the owner and keepers by event 56 with by_self, and fails for private groups and members', async () => {
  const gid = await publicTeam();
  await alice.ok('addGroupMembers', { gid, member_usernames: to(carol) });
  await alice.ok('addGroupKeeper', { gid, member_usernames: to(carol) });
  const asked = async () =>
    expect(await dave.ok('joinGroup', { gid: `${gid}`, reason: `please ${EMOJI}` })).toMatchObject(done);
  await happens(asked, 56, { gid, by_self: true, description: `please ${EMOJI}`, ...by(dave, dave) }, [
    alice,
  ]);
  expect(await carol.code('joinGroup', { gid })).toBe(CODES.alreadyInGroup);
  expect(await dave.code('joinGroup', { gid: await team() })).toBe(CODES.groupTypeNotSupported);
});

test('addGroupMemberResp: accepts with result 0, and the request is then answered', async () => {
  const gid = await publicTeam();
  await dave.ok('joinGroup', { gid });
  const { event_id } = await alice.event(56, { gid });
  const answer = { gid, event_id, from_username: 'dave', target_username: 'dave', reason: '' };
  expect(await alice.ok('addGroupMemberResp', { ...answer, result: '0' })).toMatchObject(done);
  await dave.event(10, { gid, ...by(alice, dave) });
  expect(await namesIn(dave, gid)).toEqual(['alice', 'dave']);
  expect(await alice.code('addGroupMemberResp', { ...answer, result: 0 })).toBe(
    CODES.requestAlreadyProcessed,
  );
  expect(await dave.code('addGroupMemberResp', { ...answer, result: 0 })).toBe(CODES.noPermission);
});

test('addGroupMemberResp: refuses with result 1: event 57 for applicant and inviter, event 58 for the other keepers', async () => {
  const gid = await publicTeam();
  const { stranger } = cast;
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob, carol, stranger) });
  await alice.ok('addGroupKeeper', { gid, member_usernames: to(carol, stranger) });
  await bob.ok('addGroupMembers', { gid, member_usernames: to(dave) });
  const { event_id } = await alice.event(56, { gid, by_self: false, ...by(bob, dave) });
  const answer = { gid, event_id, from_username: 'bob', from_appkey: bob.appkey, ...target(dave), result: 1 };
  const refusal = { gid, description: `no ${EMOJI}`, ...by(alice, dave) };
  const refused = () => alice.ok('addGroupMemberResp', { ...answer, reason: `no ${EMOJI}` });
  await happens(refused, 58, refusal, [stranger]);
  for (const actor of [bob, dave]) await actor.event(57, refusal);
  expect(await namesIn(alice, gid)).not.toContain('dave');
});

test('onSyncEvent: a refused request (57) reaches an offline applicant later', async () => {
  const gid = await publicTeam();
  await dave.ok('joinGroup', { gid });
  const { event_id } = await alice.event(56, { gid });
  const answer = { gid, event_id, from_username: 'dave', target_username: 'dave', result: 1 };
  await dave.misses(() => alice.ok('addGroupMemberResp', answer));
  await dave.missed(57, { gid });
});

test('addGroupMemSilence: every member receives event 65 with extra 1, and the silenced one fails with 880212', async () => {
  const gid = await team(bob, carol);
  const silenced = async () =>
    expect(await alice.ok('addGroupMemSilence', { gid, ...target(bob) })).toMatchObject(done);
  await happens(silenced, 65, { gid, extra: 1, ...by(alice, bob) }, [alice, bob]);
  expect(await bob.code('sendGroupMsg', { target_gid: gid, content: 'mmh' })).toBe(CODES.silenced);
  expect((await alice.ok('getGroupMembers', { gid })).member_list[1]).toMatchObject({ keep_silence: true });
  expect(await bob.code('addGroupMemSilence', { gid, ...target(carol) })).toBe(CODES.noPermission);
  expect(await alice.code('addGroupMemSilence', { gid, ...target(dave) })).toBe(CODES.userNotInGroup);
});

test('delGroupMemSilence: every member receives event 65 with extra 2, and the member may speak again', async () => {
  const gid = await team(bob, carol);
  await alice.ok('addGroupMemSilence', { gid, target_username: 'bob' });
  const spoken = () => alice.ok('delGroupMemSilence', { gid: `${gid}`, target_username: 'bob' });
  await happens(spoken, 65, { gid, extra: 2, ...by(alice, bob) }, [alice, bob]);
  expect(await bob.code('sendGroupMsg', { target_gid: gid, content: 'ah' })).toBe(0);
  expect(await bob.code('delGroupMemSilence', { gid, ...target(carol) })).toBe(CODES.noPermission);
});

test('addGroupKeeper: every member receives event 80 with extra 1, and a keeper may change the group', async () => {
  const gid = await team(bob, carol);
  const kept = async () =>
    expect(await alice.ok('addGroupKeeper', { gid, member_usernames: to(bob) })).toMatchObject(done);
  await happens(kept, 80, { gid, extra: 1, ...by(alice, bob) }, [alice, bob]);
  expect((await alice.ok('getGroupMembers', { gid })).member_list[1]).toMatchObject({
    username: 'bob',
    flag: 2,
  });
  expect(await bob.code('updateGroupInfo', { gid, group_name: 'kept' })).toBe(0);
  expect(await bob.code('addGroupKeeper', { gid, member_usernames: to(carol) })).toBe(CODES.notAdmin);
});

test('delGroupKeeper: every member receives event 80 with extra 2, and the keeper is an ordinary member again', async () => {
  const gid = await team(bob, carol);
  await alice.ok('addGroupKeeper', { gid, member_usernames: to(bob) });
  const unkept = () => alice.ok('delGroupKeeper', { gid: `${gid}`, member_usernames: to(bob) });
  await happens(unkept, 80, { gid, extra: 2, ...by(alice, bob) }, [alice, bob]);
  expect((await alice.ok('getGroupMembers', { gid })).member_list[1]).toMatchObject({ flag: 0 });
  expect(await alice.code('delGroupKeeper', { gid, member_usernames: to(dave) })).toBe(CODES.userNotInGroup);
});

test('changeGroupAdmin: every member receives event 82, and the group has another owner', async () => {
  const gid = await team(bob, carol);
  const handedOver = async () =>
    expect(await alice.ok('changeGroupAdmin', { gid, ...target(bob) })).toMatchObject(done);
  await happens(handedOver, 82, { gid, ...by(alice, bob) }, [alice, bob]);
  const { member_list } = await alice.ok('getGroupMembers', { gid });
  expect(member_list.find(({ flag }) => flag === 1)).toMatchObject({ username: 'bob' });
  expect(await alice.code('changeGroupAdmin', { gid, ...target(carol) })).toBe(CODES.notAdmin);
  expect(await bob.code('changeGroupAdmin', { gid, ...target(dave) })).toBe(CODES.userNotInGroup);
});
