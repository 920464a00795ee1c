/** Additions of V2.3 – V2.5 for users and messages: each method and listener as an application of that time uses it, and each field. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import type { WireClient } from '../../kit/wire-client.js';
import type { Actor } from '../api/cast.js';
import { atOnce, type Chapter, chapter, failsWith, number, succeeds, text } from './stage.js';

let stage: Chapter<'alice' | 'bob'>;
let alice: Actor;
let bob: Actor;
let phone: WireClient;
let gid: number;

beforeAll(async () => {
  stage = await chapter('since', ['alice', 'bob']);
  ({ alice, bob } = stage.actors);
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: [{ username: bob.username }] });
  phone = await stage.world.wire(bob.username, { platform: 'android' });
});
afterAll(() => stage.close());
beforeEach(() => Promise.all([alice, bob].map((actor) => actor.tab.forget())));

const scope = (more: object = {}) => ({
  name: bob.username,
  me: alice.username,
  appkey: bob.appkey,
  gid: String(gid),
  ...more,
});
const send = (content: string, more = '') =>
  succeeds(
    alice,
    `return JIM.sendSingleMsg({ target_username: name, content: content ${more} })`,
    scope({ content }),
  );
const sendToGroup = (content: string, more = '') =>
  succeeds(
    alice,
    `return JIM.sendGroupMsg({ target_gid: gid, content: content ${more} })`,
    scope({ content }),
  );
const unread = (ref: string) => atOnce(bob, `return JIM.getUnreadMsgCnt(${ref})`, scope());

test('isConnect, isInit and isLogin answer at once', async () => {
  expect(await atOnce(alice, 'return [JIM.isConnect(), JIM.isInit(), JIM.isLogin()]')).toEqual([
    true,
    true,
    true,
  ]);
});

test('sends: target_nickname is optional, msg_body forwards, need_receipt and custom_notification arrive, the answer has ctime_ms', async () => {
  const first = await send(
    'first',
    ', need_receipt: true, custom_notification: { enabled: true, title: "t", alert: null }',
  );
  expect(first.data).toMatchObject({ ctime_ms: number, target_username: bob.username, appkey: bob.appkey });
  const received = await bob.receives('onMsgReceive', { msg_id: first.data.msg_id });
  expect(received).toMatchObject({ need_receipt: true, custom_notification: { enabled: true, title: 't' } });
  const forwarded = await succeeds(
    alice,
    'return JIM.sendSingleMsg({ target_username: name, content: undefined, msg_body: { text: "first", extras: undefined } })',
    scope(),
  );
  expect(forwarded.msg.content).toMatchObject({ msg_type: 'text', msg_body: { text: 'first' } });
  expect((await sendToGroup('g', ', need_receipt: true')).data).toMatchObject({
    target_gid: gid,
    unread_count: 1,
  });
});

test('sendGroupCustom: by custom and by msg_body', async () => {
  for (const field of ['custom', 'msg_body']) {
    const { data } = await succeeds(
      alice,
      `return JIM.sendGroupCustom({ target_gid: gid, target_gname: '', ${field}: { a: 1 }, extras: null })`,
      scope(),
    );
    const received = await bob.receives('onMsgReceive', { msg_id: data.msg_id });
    expect(received.content).toMatchObject({ msg_type: 'custom', msg_body: { a: 1 } });
  }
});

test('msgRetract: both sides receive event 55, with type 0 for users and 1 for groups', async () => {
  const single = (await send('oops')).data.msg_id;
  await succeeds(alice, 'return JIM.msgRetract({ msg_id: msg_id })', { msg_id: String(single) });
  const group = (await sendToGroup('oops')).data.msg_id;
  await succeeds(alice, 'return JIM.msgRetract({ msg_id: msg_id })', { msg_id: group });
  for (const actor of [alice, bob]) {
    const event = { event_id: number, from_username: alice.username };
    expect(await actor.event(55, { type: 0 })).toMatchObject({ ...event, msg_ids: [single] });
    expect(await actor.event(55, { type: 1 })).toMatchObject({ ...event, msg_ids: [group], from_gid: gid });
  }
});

test('getUnreadMsgCnt, resetUnreadCount and onMutiUnreadMsgUpdate: numbers at once, empty fields omitted, called after a read on a phone', async () => {
  for (const ref of ['{ username: me }', '{ gid: gid }'])
    await atOnce(bob, `JIM.resetUnreadCount(${ref}); JIM.closeConversation(${ref});`, scope());
  // A report that the server gets after the next messages would mark them as read too.
  await succeeds(bob, 'return JIM.getConversation()');
  await send('one');
  await send('two');
  await sendToGroup('three');
  await until('all to be counted', async () => (await unread('{ gid: gid }')) === 1);
  expect(await unread('{ username: me }')).toBe(2);
  expect(await unread("{ gid: '', username: me, appkey: '' }")).toBe(2);
  expect(await unread('{ gid: gid, username: undefined }')).toBe(1);
  expect(
    await atOnce(bob, 'return JIM.resetUnreadCount({ username: me, appkey: null })', scope()),
  ).toBeUndefined();
  expect(await unread('{ username: me }')).toBe(0);
  await phone.request('unread_group_count', { type: 4, gid });
  expect(await bob.receives('onMutiUnreadMsgUpdate', { type: 4, gid })).toMatchObject({ type: 4, gid });
  expect(await unread('{ gid: gid }')).toBe(0);
});

test('updateConversation: has no answer, and its extras replace earlier ones in getConversation', async () => {
  const extras = async (type: number) => {
    const { data } = await succeeds(bob, 'return JIM.getConversation()');
    return data.conversations.find((one: { type: number }) => one.type === type).extras;
  };
  for (const value of [{ top: true }, { other: 1 }]) {
    await atOnce(
      bob,
      'JIM.updateConversation({ appkey: "", username: me, extras: value })',
      scope({ value }),
    );
    await atOnce(bob, 'JIM.updateConversation({ gid: gid, extras: value })', scope({ value }));
    await until('both to be kept', async () => JSON.stringify(await extras(4)) === JSON.stringify(value));
    expect(await extras(3)).toEqual(value);
  }
});

test('addSingleReceiptReport, msgUnreadList and onMsgReceiptChange: holes are ignored, repeats do no harm', async () => {
  const { msg_id } = (await send('read me', ', need_receipt: true')).data;
  const list = async () =>
    (await succeeds(alice, 'return JIM.msgUnreadList({ msg_id: msg_id })', { msg_id: String(msg_id) })).data
      .msg_unread_list;
  const user = { username: bob.username, appkey: bob.appkey, nickname: '' };
  expect(await list()).toMatchObject({ unread_list: [user], read_list: [] });
  const report =
    'return JIM.addSingleReceiptReport({ username: me, msg_ids: [undefined, msg_id, null, msg_id] })';
  const reports = [1, 2, 3].map(() => succeeds(bob, report, scope({ msg_id })));
  for (const { data, msg } of await Promise.all(reports)) {
    expect(data).toMatchObject({ username: alice.username, appkey: alice.appkey });
    expect(msg).toEqual([msg_id]);
  }
  expect(await alice.receives('onMsgReceiptChange', { type: 3, username: bob.username })).toMatchObject({
    appkey: bob.appkey,
    receipt_msgs: [{ msg_id, unread_count: 0 }],
  });
  expect(await list()).toMatchObject({ unread_list: [], read_list: [user] });
});

test('a receipt report of holes alone succeeds without a request, and an empty one fails', async () => {
  const since = stage.world.relay.mark();
  const { data, msg } = await succeeds(
    bob,
    'return JIM.addSingleReceiptReport({ username: me, msg_ids: [undefined, null] })',
    scope(),
  );
  expect({ data, msg }).toMatchObject({ data: { username: alice.username }, msg: [] });
  expect(stage.world.relay.frames(({ event }) => event === 'receipt_report', since)).toEqual([]);
  expect(
    await failsWith(bob, 'return JIM.addSingleReceiptReport({ username: me, msg_ids: [] })', scope()),
  ).toBe(880003);
});

test('addGroupReceiptReport and onSyncMsgReceipt: a returning sender gets the receipts; a report beyond the limit is split', async () => {
  const { msg_id } = (await sendToGroup('read me', ', need_receipt: true')).data;
  await alice.misses(async () => {
    const { data, msg } = await succeeds(
      bob,
      `var ids = [msg_id]; for (var i = 1; i < 1100; i++) ids.push(i);
       return JIM.addGroupReceiptReport({ gid: gid, msg_ids: ids })`,
      scope({ msg_id }),
    );
    expect(data).toMatchObject({ gid });
    expect(msg).toHaveLength(1_100);
  });
  expect(await alice.receives('onSyncMsgReceipt', { type: 4, gid })).toMatchObject({
    receipt_msgs: [{ msg_id, unread_count: 0, mtime: number }],
  });
});

test('onUserInfUpdate: a partner in a conversation learns of a changed profile, at the latest by the next message', async () => {
  await send('before');
  await succeeds(alice, `return JIM.updateSelfInfo({ nickname: 'Alice' })`);
  await send('after');
  expect(await bob.receives('onUserInfUpdate', { username: alice.username })).toMatchObject({
    appkey: alice.appkey,
    mtime: number,
  });
});

test('acceptFriend and declineFriend: event 5 with extra 2, whichever fields are empty', async () => {
  const ask = () =>
    succeeds(alice, `return JIM.addFriend({ target_name: name, why: 'hi', appkey: '' })`, scope());
  await ask();
  await bob.event(5, { extra: 1 });
  await succeeds(bob, `return JIM.declineFriend({ target_name: me, why: '', appkey: '' })`, scope());
  expect((await alice.event(5, { extra: 2 })).return_code).toBeGreaterThan(0);
  await alice.tab.forget();
  await ask();
  await until(
    'the second invitation',
    async () => (await bob.tab.received('onEventNotification')).length > 1,
  );
  await succeeds(bob, `return JIM.acceptFriend({ target_name: me, appkey: null })`, scope());
  expect(await alice.event(5, { extra: 2 })).toMatchObject({ return_code: 0 });
});

test('onSyncEvent: delivers an array of the missed events', async () => {
  await bob.misses(() =>
    succeeds(alice, `return JIM.updateGroupInfo({ gid: gid, group_name: 'crew' })`, scope()),
  );
  expect(await bob.missed(12)).toMatchObject({
    event_id: number,
    gid,
    from_username: alice.username,
    ctime: number,
  });
});

test('transSingleMsg, transGroupMsg, transPlatMsg and onTransMsgRec: type 3, 4 and 5, and none is stored', async () => {
  await succeeds(
    alice,
    `return JIM.transSingleMsg({ target_username: name, target_appkey: '', cmd: '{"t":1}' })`,
    scope(),
  );
  expect(await bob.receives('onTransMsgRec', { type: 3 })).toMatchObject({
    from_username: alice.username,
    from_appkey: alice.appkey,
    cmd: '{"t":1}',
  });
  await succeeds(alice, 'return JIM.transGroupMsg({ gid: gid, cmd: "g" })', scope());
  expect(await bob.receives('onTransMsgRec', { type: 4 })).toMatchObject({
    gid,
    from_username: alice.username,
    cmd: 'g',
  });
  await phone.request('trans_msg_platform', { platform: 'all', cmd: 'p' });
  expect(await bob.receives('onTransMsgRec', { type: 5 })).toMatchObject({ platform: text, cmd: 'p' });
  await succeeds(bob, 'return JIM.transPlatMsg({ platform: "android", cmd: "p" })');
});
