/** Group messages through pages: the sender's answer, and delivery to every member, at once or later. */
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { textOf } from '../../kit/message-parts.js';
import { type Actor, by, EMOJI, hostCast, to } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol', 'dave']);
const { alice } = cast.actors;
const { bob } = cast.actors;
/** A member who goes offline and returns. */
const { carol } = cast.actors;
/** No member. */
const { dave } = cast.actors;
const { stranger } = cast;
let gid: number;

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob, carol, stranger) });
});

const received = (actor: Actor, msg_body: object) =>
  actor.receives('onMsgReceive', { from_gid: gid, content: { msg_body } });
async function everybodyReceives(msg_body: object, msg_type: string): Promise<void> {
  for (const actor of [bob, carol, stranger]) {
    expect((await received(actor, msg_body)).content).toMatchObject({
      msg_type,
      msg_body,
      target_type: 'group',
    });
  }
}

test('sendGroupMsg: answers msg_id, ctime_ms, target_gid and unread_count, with the message as second argument', async () => {
  const target = { target_gid: `${gid}`, target_gname: `team ${EMOJI}` };
  const outcome = await alice.call('sendGroupMsg', {
    ...target,
    content: `大家好 ${EMOJI}`,
    need_receipt: true,
  });
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  const { data, second } = outcome;
  expect(data).toMatchObject({
    code: 0,
    message: expect.any(String),
    msg_id: expect.any(Number),
    ctime_ms: expect.any(Number),
    target_gid: gid,
    unread_count: 3,
  });
  expect(second).toMatchObject({ msg_id: data.msg_id, target_gid: String(gid) });
  expect(second.content).toMatchObject({
    target_type: 'group',
    target_id: String(gid),
    target_name: `team ${EMOJI}`,
    from_id: 'alice',
    msg_type: 'text',
    msg_body: { text: `大家好 ${EMOJI}` },
  });
  // The next test's tabs begin with nothing on its way.
  for (const actor of [bob, carol, stranger]) await received(actor, { text: `大家好 ${EMOJI}` });
});

test('onMsgReceive: a group message has msg_type 4, its group and its sender, for every member and no other user', async () => {
  const sent = await bob.ok('sendGroupMsg', {
    target_gid: gid,
    content: `hört ${EMOJI}`,
    extras: { [EMOJI]: 1 },
  });
  for (const actor of [alice, carol, stranger]) {
    const message = await received(actor, { text: `hört ${EMOJI}` });
    expect(message).toMatchObject({
      msg_id: sent.msg_id,
      ctime_ms: sent.ctime_ms,
      msg_type: 4,
      msg_level: 'normal',
      from_uid: expect.any(Number),
      from_gid: gid,
      key: gid,
      need_receipt: false,
      content: { from_id: 'bob', from_appkey: bob.appkey, msg_body: { extras: { [EMOJI]: 1 } } },
    });
    expect(message.messages).toHaveLength(1);
  }
  await dave.ok('getConversation');
  expect(await dave.tab.texts()).toEqual([]);
  expect(await bob.tab.texts()).toEqual([]);
});

test("onMsgReceive: the sender's other tabs get a group message too, and a member of another application as across", async () => {
  const second = await cast.secondTabOf(alice);
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'from my first tab' });
  expect(await received(second, { text: 'from my first tab' })).toMatchObject({
    key: gid,
    content: { from_id: 'alice' },
  });
  await second.tab.close();
  await stranger.ok('sendGroupMsg', { target_gid: gid, content: 'from afar' });
  expect(await received(bob, { text: 'from afar' })).toMatchObject({ msg_level: 'across' });
});

test('sendGroupMsg: at_list names members, and an empty one means everyone', async () => {
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'you two', at_list: to(bob, stranger) });
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'you all', at_list: [] });
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'nobody' });
  const contents = [];
  for (const text of ['you two', 'you all', 'nobody']) contents.push((await received(bob, { text })).content);
  expect(contents[0]).toMatchObject({ at_list: to(bob, stranger) });
  expect(contents[1]).toMatchObject({ at_list: [] });
  expect(contents[2]).not.toHaveProperty('at_list');
});

test("sendGroupMsg: with custom or custome instead of content is the documents' group custom message", async () => {
  await alice.ok('sendGroupMsg', { target_gid: gid, target_gname: 'team', custom: { n: 1, [EMOJI]: EMOJI } });
  await alice.ok('sendGroupMsg', { target_gid: gid, custome: { n: 2 } });
  await everybodyReceives({ n: 1, [EMOJI]: EMOJI }, 'custom');
  await everybodyReceives({ n: 2 }, 'custom');
});

test('sendGroupMsg: forwards another message by its msg_body', async () => {
  await dave.ok('sendSingleMsg', { target_username: 'alice', content: `for all ${EMOJI}`, extras: { x: 1 } });
  const { content } = await alice.receives('onMsgReceive', { from_username: 'dave' });
  await alice.ok('sendGroupMsg', { target_gid: gid, msg_body: content.msg_body });
  await everybodyReceives({ text: `for all ${EMOJI}`, extras: { x: 1 } }, 'text');
});

test('sendGroupMsg: fails with 880204 for an unknown group, 880205 for non-members, 880002 without content', async () => {
  expect(await alice.code('sendGroupMsg', { target_gid: gid + 99, content: 'x' })).toBe(
    CODES.targetGroupNotExist,
  );
  expect(await dave.code('sendGroupMsg', { target_gid: gid, content: 'x' })).toBe(CODES.userNotInGroup);
  expect(await alice.code('sendGroupMsg', { target_gid: gid })).toBe(CODES.invalidParameter);
  expect(await alice.code('sendGroupMsg', { target_gid: gid, content: EMOJI.repeat(1_025) })).toBe(
    CODES.messageTooLong,
  );
  expect(await alice.code('sendGroupMsg', { target_gid: 'team', content: 'x' })).toBe(CODES.invalidType);
});

test('sendGroupCustom: takes custom, custome or msg_body', async () => {
  const sent = await alice.ok('sendGroupCustom', {
    target_gid: gid,
    custom: { n: 1, deep: { [EMOJI]: [] } },
  });
  expect(sent).toMatchObject({ code: 0, target_gid: gid, msg_id: expect.any(Number) });
  await alice.ok('sendGroupCustom', {
    target_gid: `${gid}`,
    target_gname: 't',
    custome: { n: 2 },
    extras: { e: 1 },
  });
  await alice.ok('sendGroupCustom', { target_gid: gid, msg_body: { n: 3 } });
  await everybodyReceives({ n: 1, deep: { [EMOJI]: [] } }, 'custom');
  await everybodyReceives({ n: 2, extras: { e: 1 } }, 'custom');
  await everybodyReceives({ n: 3 }, 'custom');
  expect(await alice.code('sendGroupCustom', { target_gid: gid })).toBe(CODES.invalidParameter);
  expect(await dave.code('sendGroupCustom', { target_gid: gid, custom: {} })).toBe(CODES.userNotInGroup);
});

test('sendGroupLocation: takes its numbers as text, and latitude 0 and longitude 0 are places', async () => {
  const place = { latitude: '0', longitude: '-122.25', scale: '15', label: `here ${EMOJI}` };
  const sent = await alice.ok('sendGroupLocation', {
    target_gid: gid,
    target_gname: 'team',
    ...place,
    extras: { e: 1 },
  });
  expect(sent).toMatchObject({ code: 0, target_gid: gid });
  const msg_body = { latitude: 0, longitude: -122.25, scale: 15, label: `here ${EMOJI}`, extras: { e: 1 } };
  await everybodyReceives(msg_body, 'location');
  await alice.ok('sendGroupLocation', { target_gid: gid, msg_body: { ...msg_body, label: 'forwarded' } });
  await everybodyReceives({ ...msg_body, label: 'forwarded' }, 'location');
  const beyond = { ...place, longitude: 181 };
  expect(await alice.code('sendGroupLocation', { target_gid: gid, ...beyond })).toBe(CODES.invalidValue);
  expect(await dave.code('sendGroupLocation', { target_gid: gid, ...place })).toBe(CODES.userNotInGroup);
});

test('onSyncConversation: a member who was offline gets the missed group messages, oldest first, with their count', async () => {
  await carol.misses(async () => {
    await alice.ok('sendGroupMsg', { target_gid: gid, content: 'eins', need_receipt: true });
    await bob.ok('sendGroupMsg', { target_gid: gid, content: `zwei ${EMOJI}` });
  });
  const { msgs, ...conversation } = await carol.receives('onSyncConversation', { from_gid: gid });
  expect(conversation).toMatchObject({
    msg_type: 4,
    key: gid,
    receipt_msgs: expect.any(Array),
  });
  // The earlier messages are unread too.
  expect(conversation.unread_msg_count).toBeGreaterThanOrEqual(2);
  const { conversations } = await carol.ok('getConversation');
  const listed = conversations.find(({ key, type }) => key === gid && type === 4);
  expect(conversation.unread_msg_count).toBe(listed?.unread_msg_count);
  expect(msgs.slice(-2)).toMatchObject([
    {
      msg_type: 4,
      from_gid: gid,
      key: gid,
      need_receipt: true,
      content: { from_id: 'alice', msg_body: { text: 'eins' } },
    },
    { need_receipt: false, content: { from_id: 'bob', msg_body: { text: `zwei ${EMOJI}` } } },
  ]);
});

test('onSyncConversation: a later member does not get earlier messages', async () => {
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'before dave' });
  await dave.misses(async () => {
    await alice.ok('addGroupMembers', { gid, member_usernames: to(dave) });
    await alice.ok('sendGroupMsg', { target_gid: gid, content: 'welcome dave' });
  });
  const { msgs } = await dave.receives('onSyncConversation', { from_gid: gid });
  expect(msgs.map(textOf)).toEqual(['welcome dave']);
  await dave.ok('exitGroup', { gid });
});

test('msgRetract: every member receives event 55 with type 1, at once or after a reconnect', async () => {
  const { msg_id } = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'a mistake' });
  await carol.misses(async () => {
    expect(await alice.code('msgRetract', { msg_id })).toBe(CODES.notTheSender);
    await bob.ok('msgRetract', { msg_id });
    for (const actor of [alice, bob, stranger])
      await actor.event(55, { type: 1, gid, msg_ids: [msg_id], ...by(bob) });
  });
  await carol.missed(55, { type: 1, gid, msg_ids: [msg_id] });
  const { msgs } = await carol.receives('onSyncConversation', { from_gid: gid });
  expect(JSON.stringify(msgs)).not.toContain('mistake');
});
