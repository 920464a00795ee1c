/** Additions of V2.5 and V2.6 for groups and chat rooms: each method and listener as an application of that time uses it, and each field. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Actor, by } from '../api/cast.js';
import { type Chapter, chapter, failsWith, number, succeeds, text } from './stage.js';

let stage: Chapter<'alice' | 'bob' | 'carol'>;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let gid: number;
let room: number;

beforeAll(async () => {
  stage = await chapter('since26', ['alice', 'bob', 'carol']);
  ({ alice, bob, carol } = stage.actors);
  const { data } = await succeeds(
    alice,
    `return JIM.createGroup({ group_name: 'open', group_description: null, is_limit: 'true' })`,
  );
  ({ gid } = data);
  await alice.ok('addGroupMembers', { gid, member_usernames: [{ username: bob.username }] });
  const made = { owner_username: alice.username, name: 'lobby', description: 'for all' };
  room = Number((await stage.world.gateway.rest('POST', '/v1/chatroom', made)).chatroom_id);
});
afterAll(() => stage.close());
beforeEach(() => Promise.all([alice, bob, carol].map((actor) => actor.tab.forget())));

const scope = (more: object = {}) => ({
  gid: String(gid),
  alice: alice.username,
  bob: bob.username,
  carol: carol.username,
  appkey: alice.appkey,
  room: String(room),
  ...more,
});
const flagOf = async (actor: Actor, who: Actor) =>
  (await actor.ok('getGroupMembers', { gid })).member_list.find(({ username }) => username === who.username)
    ?.flag;

test('getAppkeyPublicGroups: result has total, start and groups[] with every field', async () => {
  const { data } = await succeeds(carol, `return JIM.getAppkeyPublicGroups({ start: '0', appkey: '' })`);
  expect(data.result).toMatchObject({ total: number, start: 0 });
  expect(data.result.groups).toContainEqual({
    gid,
    name: 'open',
    desc: '',
    appkey: alice.appkey,
    ctime: number,
    mtime: number,
    avatar: '',
    group_type: 2,
  });
});

const RESPOND = `return JIM.addGroupMemberResp({
  gid: gid, event_id: event_id, target_appkey: appkey, target_username: target, result: result,
  from_appkey: appkey, from_username: from, reason: ''
})`;

test('joinGroup and addGroupMemberResp: keepers receive event 56 by_self; a refusal is event 57, and acceptance makes a member', async () => {
  const other = await alice.ok('createGroup', { group_name: 'closed', is_limit: true });
  for (const [result, group] of [
    [1, other.gid],
    [0, gid],
  ] as const) {
    const into = scope({ gid: String(group), result });
    await succeeds(carol, `return JIM.joinGroup({ gid: gid, reason: result ? null : 'let me in' })`, into);
    const asked = await alice.event(56);
    expect(asked).toMatchObject({ by_self: true, to_usernames: [{ username: carol.username }] });
    const answer = { ...into, event_id: asked.event_id, target: carol.username, from: asked.from_username };
    await succeeds(alice, RESPOND, answer);
    if (result === 1) await carol.event(57);
    else expect(await bob.event(10)).toMatchObject({ gid });
    await alice.tab.forget();
  }
  expect(await flagOf(bob, carol)).toBe(0);
});

test('addGroupMemSilence and delGroupMemSilence: event 65 with extra 1 and 2, keep_silence, 880212 for a message', async () => {
  await succeeds(
    alice,
    `return JIM.addGroupMemSilence({ gid: gid, target_username: bob, target_appkey: '' })`,
    scope(),
  );
  expect(await bob.event(65)).toMatchObject({ extra: 1, from_username: alice.username });
  expect(await failsWith(bob, `return JIM.sendGroupMsg({ target_gid: gid, content: 'hm' })`, scope())).toBe(
    880212,
  );
  const { member_list } = await alice.ok('getGroupMembers', { gid });
  expect(member_list.find(({ username }) => username === bob.username)).toMatchObject({ keep_silence: true });
  await bob.tab.forget();
  await succeeds(alice, `return JIM.delGroupMemSilence({ gid: gid, target_username: bob })`, scope());
  expect(await bob.event(65)).toMatchObject({ extra: 2 });
});

test('addGroupKeeper and delGroupKeeper: event 80 with extra 1 and 2, flag 2 among the members', async () => {
  await succeeds(
    alice,
    `return JIM.addGroupKeeper({ gid: gid, member_usernames: [{ username: bob, appkey: '' }] })`,
    scope(),
  );
  expect(await bob.event(80)).toMatchObject({ extra: 1, ...by(alice, bob) });
  expect(await flagOf(carol, bob)).toBe(2);
  await bob.tab.forget();
  await succeeds(
    alice,
    `return JIM.delGroupKeeper({ gid: gid, member_usernames: [{ username: bob }] })`,
    scope(),
  );
  expect(await bob.event(80)).toMatchObject({ extra: 2 });
});

test('changeGroupAdmin: event 82 with new_owner, flag 1', async () => {
  await succeeds(
    alice,
    `return JIM.changeGroupAdmin({ gid: gid, target_username: bob, target_appkey: null })`,
    scope(),
  );
  expect(await carol.event(82)).toMatchObject({ new_owner: { username: bob.username, appkey: bob.appkey } });
  expect(await flagOf(carol, bob)).toBe(1);
});

test('dissolveGroup: event 9 with extra 69; the group is gone', async () => {
  await succeeds(bob, 'return JIM.dissolveGroup({ gid: gid })', scope());
  expect(await carol.event(9)).toMatchObject({ extra: 69 });
  expect((await carol.ok('getGroups')).group_list).toEqual([]);
});

const info = { name: 'lobby', description: 'for all', total_member_count: number, max_member_count: number };

test('getAppkeyChatrooms and getChatroomInfo: every field; an empty or unknown id fails by onFail', async () => {
  const { data } = await succeeds(carol, `return JIM.getAppkeyChatrooms({ start: '0', appkey: '' })`);
  expect(data.result).toMatchObject({ total: number, start: 0, count: number });
  expect(data.result.rooms).toContainEqual({ ...info, id: room, appkey: alice.appkey });
  const found = await succeeds(carol, 'return JIM.getChatroomInfo({ id: room })', scope());
  expect(found.data.info).toEqual({ ...info, id: room, appkey: alice.appkey });
  for (const id of ["''", 'null', 'undefined', "'x'"])
    expect(await failsWith(carol, `return JIM.getChatroomInfo({ id: ${id} })`)).toBeGreaterThan(880000);
  expect(await failsWith(carol, `return JIM.getChatroomInfo({ id: '99999' })`)).toBe(881503);
});

test('enterChatroom, getSelfChatrooms and exitChatroom: take and answer the id as text; entering twice is 881507 or success', async () => {
  for (const actor of [alice, bob])
    expect((await succeeds(actor, 'return JIM.enterChatroom({ id: room })', scope())).data.id).toBe(room);
  const { data } = await succeeds(alice, 'return JIM.getSelfChatrooms()');
  expect(data.chat_rooms).toEqual([{ ...info, id: room, appkey: alice.appkey }]);
  await succeeds(bob, 'return JIM.exitChatroom({ id: room })', scope());
  expect((await succeeds(bob, 'return JIM.getSelfChatrooms()')).data.chat_rooms).toEqual([]);
  await succeeds(bob, 'return JIM.enterChatroom({ id: room })', scope());
});

const TO_ROOM = `target_rid: room, target_rname: ''`;

test.each([
  ['sendChatroomMsg', `content: 'hi'`, { msg_type: 'text', msg_body: { text: 'hi' } }],
  ['sendChatroomMsg', `msg_body: { text: 'hi' }`, { msg_type: 'text', msg_body: { text: 'hi' } }],
  ['sendChatroomPic', 'image: fd', { msg_type: 'image', msg_body: { media_id: text, width: 8, height: 6 } }],
  ['sendChatroomFile', 'file: fd', { msg_type: 'file', msg_body: { media_id: text, fname: 'a.png' } }],
  [
    'sendChatroomLocation',
    `latitude: '1.5', longitude: 2, scale: '3.5', label: 'l'`,
    { msg_type: 'location', msg_body: { latitude: 1.5, longitude: 2, scale: 3.5, label: 'l' } },
  ],
  ['sendChatroomCustom', 'custom: { a: 1 }', { msg_type: 'custom', msg_body: { a: 1 } }],
])(
  '%s by %s and onRoomMsg: answered with room_id, msg_id and ctime_ms, and delivered one at a time',
  async (method, parts, content) => {
    const { data, msg } = await succeeds(
      alice,
      `var fd = new FormData(); fd.append('a.png', fileOf('a.png', 'image/png'));
     return JIM.${method}({ ${TO_ROOM}, ${parts}, extras: null })`,
      scope(),
    );
    expect(data).toMatchObject({ room_id: room, msg_id: number, ctime_ms: number });
    expect(msg).toMatchObject({ msg_id: data.msg_id, content });
    const received = await bob.receives('onRoomMsg', { msg_id: data.msg_id });
    expect(received).toMatchObject({
      room_id: room,
      ctime_ms: number,
      content: { ...content, from_id: alice.username },
    });
  },
);
