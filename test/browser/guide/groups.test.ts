/** The guide's chapter 群组管理 and its group events 8 – 12: each example as it stands there, and each field of its answers. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Actor, by } from '../api/cast.js';
import { type Chapter, chapter, failsWith, number, succeeds, text } from './stage.js';

let stage: Chapter<'alice' | 'bob' | 'carol'>;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let gid: number;

beforeAll(async () => {
  stage = await chapter('groups', ['alice', 'bob', 'carol']);
  ({ alice, bob, carol } = stage.actors);
});
afterAll(() => stage.close());
beforeEach(() => Promise.all([alice, bob, carol].map((actor) => actor.tab.forget())));

/** The group in the guide's form, whose gid is text. */
const scope = () => ({ gid: String(gid), name1: bob.username, name2: carol.username, appkey2: carol.appkey });
const event = (type: number, from: Actor, ...whom: Actor[]) => ({
  event_id: number,
  event_type: type,
  ctime: number,
  ...by(from, ...whom),
  gid,
});
const row = { gid: number, appkey: text, ctime: number, mtime: number, avatar: text, group_type: number };

test('createGroup: answers gid, group_name and group_descriptin, and its creator receives event 8 by onEventNotification', async () => {
  const { data } = await succeeds(
    alice,
    `return JIM.createGroup({ 'group_name' : '<groupName>', 'group_description' : '<groupDescription>' })`,
  );
  expect(data).toMatchObject({
    gid: number,
    group_name: '<groupName>',
    group_descriptin: '<groupDescription>',
    group_description: '<groupDescription>',
  });
  ({ gid } = data);
  expect(await alice.event(8)).toMatchObject(event(8, alice, alice));
  for (const nothing of ["''", 'null', 'undefined'])
    await succeeds(
      alice,
      `return JIM.createGroup({ 'group_name' : 'bare', 'group_description' : ${nothing}, 'avatar' : ${nothing}, 'is_limit' : ${nothing} })`,
    );
});

test('addGroupMembers: takes the gid as text, users with an appkey and without; all of them receive event 10', async () => {
  await succeeds(
    alice,
    `return JIM.addGroupMembers({
       'gid' : gid,
       'member_usernames' : [{'username':name1,'appkey':''},{'username':name2,'appkey':appkey2}]
     })`,
    scope(),
  );
  for (const actor of [alice, bob, carol])
    expect(await actor.event(10)).toMatchObject(event(10, alice, bob, carol));
});

test('getGroups: has every field of the guide', async () => {
  const { data } = await succeeds(bob, 'return JIM.getGroups()');
  expect(data.group_list).toEqual([{ ...row, name: '<groupName>', desc: '<groupDescription>' }]);
});

test('getGroupInfo: has every field of the guide; an unknown group fails', async () => {
  const INFO = `return JIM.getGroupInfo({ 'gid' : gid })`;
  const { data } = await succeeds(bob, INFO, scope());
  expect(data.group_info).toEqual({ ...row, gid, name: '<groupName>', desc: '<groupDescription>' });
  expect(await failsWith(bob, INFO, { gid: '999999999' })).toBeGreaterThan(880000);
  expect(await failsWith(bob, INFO, { gid: '' })).toBeGreaterThan(880000);
});

test('updateGroupInfo: changes name or description alone, and empty text removes the description; all receive event 12', async () => {
  await succeeds(
    alice,
    `return JIM.updateGroupInfo({
       'gid' : gid, 'group_name' : '<new group name>', 'group_description' : '<new group description>'
     })`,
    scope(),
  );
  for (const actor of [alice, bob, carol]) expect(await actor.event(12)).toMatchObject(event(12, alice));
  const info = async () =>
    (await succeeds(bob, `return JIM.getGroupInfo({ 'gid' : gid })`, scope())).data.group_info;
  expect(await info()).toMatchObject({ name: '<new group name>', desc: '<new group description>' });
  await succeeds(
    alice,
    `return JIM.updateGroupInfo({ 'gid' : gid, 'group_name' : 'n', 'group_description' : null })`,
    scope(),
  );
  expect(await info()).toMatchObject({ name: 'n', desc: '<new group description>' });
  await succeeds(
    alice,
    `return JIM.updateGroupInfo({ 'gid' : gid, 'group_name' : '', 'group_description' : '' })`,
    scope(),
  );
  expect(await info()).toMatchObject({ name: 'n', desc: '' });
});

test('getGroupMembers: has every field of the guide', async () => {
  const { data } = await succeeds(carol, `return JIM.getGroupMembers({ 'gid' : gid })`, scope());
  const member = { appkey: text, nickname: '', avatar: '', keep_silence: false };
  expect(data.member_list).toHaveLength(3);
  expect(data.member_list).toEqual(
    expect.arrayContaining([
      { ...member, username: alice.username, flag: 1 },
      { ...member, username: bob.username, flag: 0 },
      { ...member, username: carol.username, flag: 0 },
    ]),
  );
});

test('delGroupMembers: removed and remaining members receive event 11', async () => {
  await succeeds(
    alice,
    `return JIM.delGroupMembers({ 'gid' : gid, 'member_usernames' : [{'username':name2,'appkey':appkey2}] })`,
    scope(),
  );
  for (const actor of [alice, bob, carol])
    expect(await actor.event(11)).toMatchObject(event(11, alice, carol));
});

test('exitGroup: answers gid and group_name; the remaining members receive event 9', async () => {
  const { data } = await succeeds(bob, `return JIM.exitGroup({ 'gid' : gid })`, scope());
  expect(data).toMatchObject({ gid, group_name: 'n' });
  expect(await alice.event(9)).toMatchObject(event(9, bob, bob));
});
