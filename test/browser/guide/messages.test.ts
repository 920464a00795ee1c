/** The guide's chapters 消息管理, 聊天消息实时监听, 离线消息同步监听 and 高级应用: each example as it stands there, and each field. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { textOf } from '../../kit/message-parts.js';
import type { Actor } from '../api/cast.js';
import { type Chapter, chapter, failsWith, number, succeeds, type Typed, text } from './stage.js';

let stage: Chapter<'alice' | 'bob'>;
let alice: Actor;
let bob: Actor;
let gid: number;

beforeAll(async () => {
  stage = await chapter('messages', ['alice', 'bob']);
  ({ alice, bob } = stage.actors);
  ({ gid } = await alice.ok('createGroup', { group_name: 'walkers' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: [{ username: bob.username }] });
});
afterAll(() => stage.close());
beforeEach(() => Promise.all([alice, bob].map((actor) => actor.tab.forget())));

const single = () => ({
  targetName: bob.username,
  targetNickname: 'Bob',
  targetAppkey: bob.appkey,
  targetGid: gid,
  targetGName: 'walkers',
});

/** The answer of every send, and the arriving message. */
async function arrives(sent: Typed, content: object): Promise<void> {
  expect(sent.data).toMatchObject({ code: 0, message: text, msg_id: number, ctime_ms: number });
  expect(sent.msg).toMatchObject({ msg_id: sent.data.msg_id, content });
  const { msg_id } = sent.data;
  const got = await bob.receives('onMsgReceive', { msg_id });
  expect(got.content).toMatchObject({ ...content, from_id: alice.username, from_appkey: alice.appkey });
}
const TO_BOB = `'target_username' : targetName, 'target_nickname' : targetNickname, 'appkey' : targetAppkey`;
const TO_GROUP = `'target_gid' : targetGid, 'target_gname' : targetGName`;
const form = (name: string, type: string) =>
  `var fd = new FormData(); fd.append('${name}', fileOf('${name}', '${type}'));`;
const image = { media_id: text, media_crc32: number, width: 8, height: 6, format: text, fsize: number };
const file = { media_id: text, media_crc32: number, hash: text, fname: 'a.txt', fsize: 4 };

test("sendSingleMsg: with extras as text, as in the guide's example; data.msg_id, msg.content", async () => {
  const sent = await succeeds(
    alice,
    `return JIM.sendSingleMsg({
       'target_username' : targetName,
       'target_nickname' : targetNickname,
       'content' : '<textContent>',
       'appkey' : targetAppkey,
       'extras' : 'json object'
     })`,
    single(),
  );
  await arrives(sent, {
    msg_type: 'text',
    target_type: 'single',
    target_id: bob.username,
    target_name: 'Bob',
    msg_body: { text: '<textContent>', extras: 'json object' },
  });
  expect(sent.data).toMatchObject({ target_username: bob.username, appkey: bob.appkey });
});

test('sendSinglePic: with a FormData; the message names the image', async () => {
  const sent = await succeeds(
    alice,
    `${form('a.png', 'image/png')} return JIM.sendSinglePic({ ${TO_BOB}, 'image' : fd, 'extras' : 'json object' })`,
    single(),
  );
  await arrives(sent, { msg_type: 'image', msg_body: { ...image, extras: 'json object' } });
});

test('sendSingleFile: with a FormData; the message names the file', async () => {
  const sent = await succeeds(
    alice,
    `${form('a.txt', 'text/plain')} return JIM.sendSingleFile({ ${TO_BOB}, 'file' : fd, 'extras' : 'json object' })`,
    single(),
  );
  await arrives(sent, { msg_type: 'file', msg_body: { ...file, extras: 'json object' } });
});

test('sendSingleLocation: latitude, longitude and a fractional scale as text', async () => {
  const sent = await succeeds(
    alice,
    `return JIM.sendSingleLocation({
       ${TO_BOB}, 'latitude' : '22.54', 'longitude' : '113.95', 'scale' : '15.5', 'label' : '<address label>',
       'extras' : 'json object'
     })`,
    single(),
  );
  const msg_body = {
    latitude: 22.54,
    longitude: 113.95,
    scale: 15.5,
    label: '<address label>',
    extras: 'json object',
  };
  await arrives(sent, { msg_type: 'location', msg_body });
});

test("sendSingleCustom: under the guide's misprint 'custome', as object and as its JSON, and as 'custom'", async () => {
  for (const [name, value] of [
    ['custome', { key: 'val' }],
    ['custome', '{"key":"val"}'],
    ['custom', { key: 'val' }],
  ] as const) {
    const sent = await succeeds(alice, `return JIM.sendSingleCustom({ ${TO_BOB}, '${name}' : value })`, {
      ...single(),
      value,
    });
    await arrives(sent, { msg_type: 'custom', msg_body: { key: 'val' } });
  }
});

test("sendGroupMsg: with at_list [] and extras, answered with the group; and with 'custom' it is the guide's group custom message", async () => {
  const sent = await succeeds(
    alice,
    `return JIM.sendGroupMsg({ ${TO_GROUP}, 'content' : '<textContent>', 'extras' : { 'a' : 1 }, 'at_list' : [] })`,
    single(),
  );
  await arrives(sent, {
    msg_type: 'text',
    target_type: 'group',
    target_id: String(gid),
    target_name: 'walkers',
    msg_body: { text: '<textContent>', extras: { a: 1 } },
  });
  expect((await bob.receives('onMsgReceive', { msg_id: sent.data.msg_id })).content.at_list).toEqual([]);
  const at = await succeeds(
    alice,
    `return JIM.sendGroupMsg({
       ${TO_GROUP}, 'content' : 'you', 'at_list' : [{'username' : targetName, 'appkey' : ''}]
     })`,
    single(),
  );
  const addressed = await bob.receives('onMsgReceive', { msg_id: at.data.msg_id });
  expect(addressed.content.at_list).toMatchObject([{ username: bob.username }]);
  const custom = await succeeds(
    alice,
    `return JIM.sendGroupMsg({ ${TO_GROUP}, 'custom' : { 'a' : 1 } })`,
    single(),
  );
  await arrives(custom, { msg_type: 'custom', msg_body: { a: 1 } });
});

test('sendGroupPic: with a FormData', async () => {
  const sent = await succeeds(
    alice,
    `${form('a.png', 'image/png')} return JIM.sendGroupPic({ ${TO_GROUP}, 'image' : fd, 'extras' : 'json object' })`,
    single(),
  );
  await arrives(sent, { msg_type: 'image', target_type: 'group', msg_body: image });
});

test('sendGroupFile: with a FormData', async () => {
  const sent = await succeeds(
    alice,
    `${form('a.txt', 'text/plain')} return JIM.sendGroupFile({ ${TO_GROUP}, 'file' : fd, 'extras' : 'json object' })`,
    single(),
  );
  await arrives(sent, { msg_type: 'file', target_type: 'group', msg_body: file });
});

test('sendGroupLocation: as text', async () => {
  const sent = await succeeds(
    alice,
    `return JIM.sendGroupLocation({
       ${TO_GROUP}, 'latitude' : '0', 'longitude' : '0', 'scale' : '1', 'label' : 'here', 'extras' : 'json object'
     })`,
    single(),
  );
  await arrives(sent, {
    msg_type: 'location',
    msg_body: { latitude: 0, longitude: 0, scale: 1, label: 'here' },
  });
});

test("getResource: under the guide's misprint 'media_id ' and without, answers data.url, which can be fetched", async () => {
  const { msg } = await succeeds(
    alice,
    `${form('a.png', 'image/png')} return JIM.sendSinglePic({ ${TO_BOB}, 'image' : fd })`,
    single(),
  );
  const { media_id } = msg.content.msg_body;
  for (const field of ['media_id ', 'media_id']) {
    const { data } = await succeeds(bob, `return JIM.getResource({ '${field}' : media_id, })`, { media_id });
    expect((await fetch(data.url)).status).toBe(200);
  }
  for (const media of ['""', 'null', 'undefined', '"unknown"'])
    expect(await failsWith(bob, `return JIM.getResource({ 'media_id' : ${media} })`)).toBeGreaterThan(880000);
});

test('getConversation: has every field of the guide for users and for groups', async () => {
  await succeeds(alice, `return JIM.sendSingleMsg({ ${TO_BOB}, 'content' : 'for the list' })`, single());
  const { data } = await succeeds(alice, 'return JIM.getConversation()');
  expect(data.conversations).toEqual(
    expect.arrayContaining([
      {
        name: bob.username,
        nickname: '',
        avatar: '',
        type: 3,
        key: number,
        appkey: bob.appkey,
        username: bob.username,
        mtime: number,
        unread_msg_count: 0,
        extras: {},
        // A field from after the guide.
        memo_name: '',
        memo_others: '',
      },
      expect.objectContaining({
        name: 'walkers',
        avatar: '',
        type: 4,
        key: gid,
        gid,
        mtime: number,
        extras: {},
      }),
    ]),
  );
});

test('onMsgReceive: has every field of the guide, alone at the top as in V2.2 and in messages[] as later, for users and groups', async () => {
  const one = await succeeds(
    alice,
    `return JIM.sendSingleMsg({ ${TO_BOB}, 'content' : 'to one' })`,
    single(),
  );
  const fields = { ctime_ms: number, msg_level: 'normal', from_uid: number, content: expect.any(Object) };
  const received = await bob.receives('onMsgReceive', { msg_id: one.data.msg_id });
  const message = {
    ...fields,
    msg_type: 3,
    from_gid: 0,
    msg_id: one.data.msg_id,
    from_username: alice.username,
  };
  expect(received).toMatchObject({ ...message, key: received.from_uid, messages: [message] });
  const many = await succeeds(
    alice,
    `return JIM.sendGroupMsg({ ${TO_GROUP}, 'content' : 'to all' })`,
    single(),
  );
  const inGroup = { ...fields, msg_type: 4, from_gid: gid, key: gid, msg_id: many.data.msg_id };
  expect(await bob.receives('onMsgReceive', { msg_id: many.data.msg_id })).toMatchObject({
    ...inGroup,
    messages: [inGroup],
  });
});

test('onSyncConversation: has key and msgs[] with msg_id and content', async () => {
  await bob.misses(() =>
    succeeds(alice, `return JIM.sendSingleMsg({ ${TO_BOB}, 'content' : 'missed' })`, single()),
  );
  const [synced] = await bob.tab.waitFor('onSyncConversation', (list) =>
    list.some(({ msgs }) => msgs.some((message) => textOf(message) === 'missed')),
  );
  expect(synced).toMatchObject({
    key: number,
    unread_msg_count: number,
    msgs: expect.arrayContaining([expect.objectContaining({ msg_id: number, content: expect.any(Object) })]),
  });
});

test('emoji arrive unchanged', async () => {
  const sent = await succeeds(
    alice,
    `return JIM.sendSingleMsg({ ${TO_BOB}, 'content' : '\\u{1F601}\\u{1F64F}' })`,
    single(),
  );
  await arrives(sent, { msg_body: { text: '\u{1F601}\u{1F64F}' } });
});
