/** Single messages through pages: the sender's answer, and delivery to the recipient, at once or later. */
import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { textOf } from '../../kit/message-parts.js';
import { SHARES } from '../../kit/world.js';
import { type Actor, by, EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
const { stranger } = cast;

const toBob = { target_username: 'bob', target_nickname: `Bob ${EMOJI}` };
const received = (actor: Actor, msg_body: object) =>
  actor.receives('onMsgReceive', { content: { msg_body } });

test('sendSingleMsg: answers msg_id, ctime_ms and the target, with the message itself as second argument', async () => {
  const outcome = await alice.call('sendSingleMsg', {
    ...toBob,
    content: `你好 ${EMOJI}`,
    extras: { [EMOJI]: [1] },
  });
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  const { data, second, acks } = outcome;
  expect(data).toEqual({
    code: 0,
    message: expect.any(String),
    msg_id: expect.any(Number),
    ctime_ms: expect.any(Number),
    target_username: 'bob',
    appkey: bob.appkey,
    key: expect.any(Number),
  });
  expect(second).toMatchObject({ msg_id: data.msg_id, rid: expect.any(Number), target_id: 'bob' });
  expect(second.content).toEqual({
    version: 1,
    target_type: 'single',
    target_id: 'bob',
    target_name: `Bob ${EMOJI}`,
    target_appkey: bob.appkey,
    from_appkey: alice.appkey,
    from_platform: 'web',
    from_id: 'alice',
    create_time: expect.any(Number),
    msg_type: 'text',
    msg_body: { text: `你好 ${EMOJI}`, extras: { [EMOJI]: [1] } },
  });
  expect(acks).toEqual([{ rid: second.rid, data: expect.objectContaining({ target_id: 'bob' }) }]);
});

test('onMsgReceive: has every field of the document, at its top and in messages', async () => {
  const custom_notification = { enabled: true, title: `T ${EMOJI}`, alert: 'A', at_prefix: 'P' };
  const sent = await alice.ok('sendSingleMsg', {
    ...toBob,
    content: `hi ${EMOJI}`,
    need_receipt: true,
    custom_notification,
  });
  const message = await received(bob, { text: `hi ${EMOJI}` });
  const fields = {
    msg_id: sent.msg_id,
    ctime_ms: sent.ctime_ms,
    msg_type: 3,
    msg_level: 'normal',
    from_uid: expect.any(Number),
    from_gid: 0,
    from_username: 'alice',
    from_appkey: alice.appkey,
    key: message.from_uid,
    need_receipt: true,
    custom_notification,
    content: expect.objectContaining({
      from_id: 'alice',
      target_id: 'bob',
      msg_type: 'text',
      target_type: 'single',
    }),
  };
  expect(message).toMatchObject(fields);
  expect(message.messages).toHaveLength(1);
  expect(message.messages[0]).toMatchObject(fields);
});

test.runIf(SHARES)(
  'onMsgReceive: every tab of the recipient gets it, and every other tab of the sender',
  async () => {
    const [second, third] = [await cast.secondTabOf(alice), await cast.secondTabOf(bob)];
    await alice.ok('sendSingleMsg', { ...toBob, content: 'to every tab' });
    for (const actor of [second, bob, third]) await received(actor, { text: 'to every tab' });
    expect(await alice.tab.texts()).toEqual([]);
    for (const actor of [second, third]) await actor.tab.close();
  },
);

test('sendSingleMsg: crosses applications by appkey, as a message of level across', async () => {
  const sent = await alice.ok('sendSingleMsg', {
    target_username: 'stranger',
    appkey: cast.stranger.appkey,
    content: 'afar',
  });
  expect(sent).toMatchObject({ target_username: 'stranger', appkey: cast.stranger.appkey });
  expect(await received(stranger, { text: 'afar' })).toMatchObject({
    msg_level: 'across',
    from_appkey: alice.appkey,
  });
  await stranger.ok('sendSingleMsg', { target_username: 'alice', appkey: alice.appkey, content: 'and back' });
  await received(alice, { text: 'and back' });
  expect(await alice.code('sendSingleMsg', { target_username: 'stranger', content: 'x' })).toBe(
    CODES.targetUserNotExist,
  );
});

test('sendSingleMsg: forwards another message by its msg_body', async () => {
  await alice.ok('sendSingleMsg', { ...toBob, content: `tell carol ${EMOJI}`, extras: { n: 1 } });
  const { content } = await received(bob, { text: `tell carol ${EMOJI}` });
  await bob.ok('sendSingleMsg', { target_username: 'carol', msg_body: content.msg_body });
  expect((await received(carol, { text: `tell carol ${EMOJI}` })).content.msg_body).toEqual(content.msg_body);
});

test('sendSingleMsg: with no_offline reaches online recipients only', async () => {
  await alice.ok('sendSingleMsg', {
    ...toBob,
    content: 'are you here?',
    no_offline: true,
    no_notification: true,
  });
  await received(bob, { text: 'are you here?' });
  await carol.misses(async () => {
    await alice.ok('sendSingleMsg', { target_username: 'carol', content: 'gone', no_offline: 'true' });
    await alice.ok('sendSingleMsg', { target_username: 'carol', content: 'kept' });
  });
  const { msgs } = await carol.receives('onSyncConversation', { from_username: 'alice' });
  expect(msgs.map(textOf)).toEqual(['kept']);
});

test('sendSingleMsg: fails with 880203 for an unknown user, 880002 without content, 880206 for a text that is too long', async () => {
  expect(await alice.code('sendSingleMsg', { target_username: 'nobody', content: 'x' })).toBe(
    CODES.targetUserNotExist,
  );
  expect(await alice.code('sendSingleMsg', toBob)).toBe(CODES.invalidParameter);
  expect(await alice.code('sendSingleMsg', { ...toBob, content: EMOJI.repeat(1_025) })).toBe(
    CODES.messageTooLong,
  );
  expect(await alice.code('sendSingleMsg', { ...toBob, content: EMOJI.repeat(1_024) })).toBe(0);
});

test('sendSingleLocation: takes its numbers as text, and 0 is a place', async () => {
  const place = { latitude: '22.5431', longitude: 0, scale: '15', label: `深圳 ${EMOJI}` };
  const sent = await alice.ok('sendSingleLocation', { ...toBob, ...place, extras: { e: 1 } });
  expect(sent).toMatchObject({ code: 0, msg_id: expect.any(Number), target_username: 'bob' });
  const msg_body = { latitude: 22.5431, longitude: 0, scale: 15, label: `深圳 ${EMOJI}`, extras: { e: 1 } };
  const { content } = await received(bob, { label: place.label });
  expect(content).toMatchObject({ msg_type: 'location', msg_body });
  await bob.ok('sendSingleLocation', { target_username: 'carol', msg_body: content.msg_body });
  await received(carol, msg_body);
  expect(await alice.code('sendSingleLocation', { ...toBob, ...place, latitude: 91 })).toBe(
    CODES.invalidValue,
  );
  expect(await alice.code('sendSingleLocation', toBob)).toBe(CODES.invalidParameter);
});

test("sendSingleCustom: carries the application's own object, under custom, custome or msg_body", async () => {
  const custom = { kind: 'dice', [EMOJI]: { deep: [null, 1.5, EMOJI] } };
  await alice.ok('sendSingleCustom', { ...toBob, custom: { ...custom, n: 1 } });
  await alice.ok('sendSingleCustom', { ...toBob, custome: { ...custom, n: 2 } });
  await alice.ok('sendSingleCustom', { ...toBob, msg_body: { ...custom, n: 3 } });
  for (const n of [1, 2, 3]) {
    const { content } = await received(bob, { n });
    expect(content).toMatchObject({ msg_type: 'custom', msg_body: { ...custom, n } });
  }
  expect(await alice.code('sendSingleCustom', { ...toBob, custom: 'text' })).toBe(CODES.invalidType);
  expect(await alice.code('sendSingleCustom', toBob)).toBe(CODES.invalidParameter);
});

test('onSyncConversation: has the missed messages by conversation, oldest first, with the count of getUnreadMsgCnt', async () => {
  const unread = await carol.tab.local('getUnreadMsgCnt', { username: 'bob' });
  await carol.misses(async () => {
    for (const content of ['eins', 'zwei'])
      await bob.ok('sendSingleMsg', { target_username: 'carol', content });
    await stranger.ok('sendSingleMsg', {
      target_username: 'carol',
      appkey: carol.appkey,
      content: `drei ${EMOJI}`,
    });
  });
  const { msgs, ...conversation } = await carol.receives('onSyncConversation', { from_username: 'bob' });
  expect(conversation).toMatchObject({
    msg_type: 3,
    key: expect.any(Number),
    from_appkey: bob.appkey,
    unread_msg_count: unread + 2,
    receipt_msgs: [],
  });
  expect(msgs.slice(-2).map(textOf)).toEqual(['eins', 'zwei']);
  expect(msgs.at(-1)).toMatchObject({
    msg_id: expect.any(Number),
    ctime_ms: expect.any(Number),
    msg_level: 'normal',
    from_username: 'bob',
    key: conversation.key,
  });
  const across = await carol.receives('onSyncConversation', { from_username: 'stranger' });
  expect(across).toMatchObject({ from_appkey: cast.stranger.appkey, msgs: [{ msg_level: 'across' }] });
  expect(await carol.tab.texts()).toEqual([]);
});

test('msgRetract: both sides receive event 55 with type 0, at once or after a reconnect, and the message is gone', async () => {
  const { msg_id } = await alice.ok('sendSingleMsg', { ...toBob, content: 'a mistake' });
  expect(await alice.ok('msgRetract', { msg_id: `${msg_id}` })).toMatchObject({
    code: 0,
    message: expect.any(String),
  });
  for (const actor of [alice, bob]) await actor.event(55, { type: 0, msg_ids: [msg_id], ...by(alice) });
  const other = await alice.ok('sendSingleMsg', { ...toBob, content: 'another mistake' });
  await bob.misses(() => alice.ok('msgRetract', { msg_id: other.msg_id }));
  await bob.missed(55, { type: 0, msg_ids: [other.msg_id] });
  const { msgs } = await bob.receives('onSyncConversation', { from_username: 'alice' });
  expect(JSON.stringify(msgs)).not.toContain('mistake');
});

test.runIf(SHARES)('msgRetract: a tab that joins later does not find the message in the store', async () => {
  await alice.ok('sendSingleMsg', { ...toBob, content: 'kept here' });
  const { msg_id } = await alice.ok('sendSingleMsg', { ...toBob, content: 'taken back' });
  await bob.tab.waitForText('taken back');
  await alice.ok('msgRetract', { msg_id });
  await bob.event(55, { msg_ids: [msg_id] });
  for (const [actor, peer] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    const second = await cast.secondTabOf(actor);
    const { msgs } = await second.receives('onSyncConversation', { from_username: peer });
    const texts = msgs.map(textOf);
    expect(texts).toContain('kept here');
    expect(texts).not.toContain('taken back');
    await second.tab.close();
  }
});

test('msgRetract: fails with 881402 for a message of another user, 881404 the second time, 881403 for an unknown one', async () => {
  const { msg_id } = await alice.ok('sendSingleMsg', { ...toBob, content: 'mine' });
  expect(await bob.code('msgRetract', { msg_id })).toBe(CODES.notTheSender);
  expect(await carol.code('msgRetract', { msg_id })).toBe(CODES.messageNotExist);
  expect(await alice.code('msgRetract', { msg_id })).toBe(0);
  expect(await alice.code('msgRetract', { msg_id })).toBe(CODES.alreadyRetracted);
  expect(await alice.code('msgRetract', { msg_id: 1 })).toBe(CODES.messageNotExist);
  expect(await alice.code('msgRetract', {})).toBe(CODES.invalidParameter);
});
