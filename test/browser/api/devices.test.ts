/** An account with a phone beside its tabs: the phone's reads, messages and changes reach the tabs. */
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import type { ParamsOf } from '../../../src/protocol/index.js';
import { until } from '../../kit/until.js';
import type { WireClient } from '../../kit/wire-client.js';
import { EMOJI, hostCast, to } from './cast.js';

const cast = hostCast(['alice', 'bob']);
const { alice, bob } = cast.actors;
/** Another tab of alice's. */
const alice2 = cast.second(alice);
let phone: WireClient;
let gid: number;

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob) });
  phone = await cast.world.wire('alice', { platform: 'android' });
});

type Ref = ParamsOf<'getUnreadMsgCnt'>;
const BOB: Ref = { username: 'bob' };

const send = (content: string) => bob.ok('sendSingleMsg', { target_username: 'alice', content });

/** Every tab of alice's has this count. */
async function unreadIs(ref: Ref, count: number): Promise<void> {
  for (const { tab } of [alice, alice2]) {
    await until(
      `${count} unread of ${JSON.stringify(ref)}`,
      async () => (await tab.local('getUnreadMsgCnt', ref)) === count,
    );
  }
}

test('onMutiUnreadMsgUpdate: a read on a phone reaches every tab and clears the count', async () => {
  await send('on both');
  await bob.ok('sendGroupMsg', { target_gid: gid, content: 'on both' });
  await unreadIs(BOB, 1);
  await unreadIs({ gid }, 1);
  await phone.request('unread_single_count', { type: 3, username: 'bob', appkey: bob.appkey });
  await phone.request('unread_group_count', { type: 4, gid });
  for (const actor of [alice, alice2]) {
    await actor.receives('onMutiUnreadMsgUpdate', { type: 3, username: 'bob', appkey: bob.appkey });
    await actor.receives('onMutiUnreadMsgUpdate', { type: 4, gid });
    expect((await actor.tab.received('onEventNotification')).map(({ event_type }) => event_type)).toEqual([]);
  }
  await unreadIs(BOB, 0);
  await unreadIs({ gid }, 0);
});

test('onUnreadChange: reports each count and each read, by a tab or a phone, to every tab', async () => {
  await send('first');
  await send('second');
  await bob.ok('sendGroupMsg', { target_gid: gid, content: 'third' });
  for (const actor of [alice, alice2]) {
    const one = { type: 3, username: 'bob', appkey: bob.appkey, unread_msg_count: 2 };
    expect(await actor.receives('onUnreadChange', one)).toEqual(one);
    const other = { type: 4, gid, unread_msg_count: 1 };
    expect(await actor.receives('onUnreadChange', other)).toEqual(other);
  }
  await alice.tab.local('resetUnreadCount', BOB);
  await phone.request('unread_group_count', { type: 4, gid });
  for (const actor of [alice, alice2]) {
    await actor.receives('onUnreadChange', { username: 'bob', unread_msg_count: 0 });
    await actor.receives('onUnreadChange', { gid, unread_msg_count: 0 });
  }
  await alice.tab.local('closeConversation', BOB);
});

test('closeConversation: new messages count as unread again, in every tab; without an open conversation it has no effect', async () => {
  await alice.tab.local('resetUnreadCount', BOB);
  await alice.tab.local('closeConversation', { gid });
  await send('still looking');
  await alice2.tab.waitForText('still looking');
  await unreadIs(BOB, 0);
  await alice.tab.local('closeConversation', { username: 'bob', appkey: alice.appkey });
  await send('looked away');
  await unreadIs(BOB, 1);
  await alice.tab.local('resetUnreadCount', BOB);
  await alice.tab.local('closeConversation', BOB);
  await unreadIs(BOB, 0);
});

test("onMsgReceive: one's own message from a phone is delivered to every tab, and does not count as unread", async () => {
  const { msg_id } = await phone.send('bob', `from the phone ${EMOJI}`);
  for (const actor of [alice, alice2]) {
    const message = await actor.receives('onMsgReceive', { msg_id: Number(msg_id) });
    expect(message.content).toMatchObject({
      from_id: 'alice',
      target_id: 'bob',
      from_platform: 'android',
      msg_body: { text: `from the phone ${EMOJI}` },
    });
  }
  await unreadIs(BOB, 0);
});

const VOICE = { media_id: 'voice/1', media_crc32: 1, duration: 3, format: 'amr', fsize: 4_096 };
const VIDEO = {
  video: { media_id: 'video/1', media_crc32: 2, fsize: 90_000, fname: `${EMOJI}.mp4` },
  duration: 12,
  thumb: { media_id: 'image/1', media_crc32: 3, width: 320, height: 200, format: 'jpg', fsize: 9_000 },
};

test.each([
  ['voice', VOICE],
  ['video', VIDEO],
])(
  'onMsgReceive: a %s message, which only other devices send, is delivered unchanged',
  async (msg_type, msg_body) => {
    const { msg_id } = await phone.sendBody('bob', msg_type, msg_body);
    const message = await bob.receives('onMsgReceive', { msg_id: Number(msg_id) });
    expect(message).toMatchObject({ msg_type: 3, from_username: 'alice', content: { msg_type, msg_body } });
    await alice.receives('onMsgReceive', { msg_id: Number(msg_id), content: { msg_type, msg_body } });
    await bob.misses(() => phone.sendBody('bob', msg_type, msg_body));
    const { msgs } = await bob.receives('onSyncConversation', { from_username: 'alice' });
    expect(msgs.at(-1)?.content).toMatchObject({ msg_type, msg_body });
  },
);

test('msgRetract: event 55 names the messages and their conversation, to both sides and to the other device', async () => {
  const { msg_id } = await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'a slip' });
  await alice.ok('msgRetract', { msg_id });
  const single = { type: 0, from_gid: 0, msg_ids: [msg_id], from_username: 'alice' };
  for (const actor of [alice, alice2, bob]) await actor.event(55, single);
  const isIt = ({ event_type, msg_ids }: Record<string, unknown>) =>
    event_type === 55 && JSON.stringify(msg_ids) === `[${msg_id}]`;
  await phone.waitFor('event_notification', isIt);
  const inGroup = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'another slip' });
  await bob.ok('msgRetract', { msg_id: inGroup.msg_id });
  const group = { type: 1, from_gid: gid, msg_ids: [inGroup.msg_id], from_username: 'bob' };
  for (const actor of [alice, alice2, bob]) await actor.event(55, group);
});

test('onEventNotification: event 201, a receipt reported on a phone, is delivered to every tab', async () => {
  const { msg_id } = await bob.ok('sendSingleMsg', {
    target_username: 'alice',
    content: 'seen?',
    need_receipt: true,
  });
  const read = { type: 3, username: 'bob', appkey: bob.appkey };
  await phone.request('receipt_report', { sessions: [{ ...read, msg_ids: [msg_id] }] });
  for (const actor of [alice, alice2]) {
    expect(await actor.event(201)).toMatchObject({ description: { ...read, msg_ids: [msg_id] } });
  }
  await bob.receives('onMsgReceiptChange', { receipt_msgs: [{ msg_id, unread_count: 0 }] });
});

test('getSessions: lists this session and that of the phone, and no other account’s', async () => {
  const { sessions } = await alice.ok('getSessions');
  expect(
    sessions.map(({ platform, is_current, is_online }) => [platform, is_current, is_online]).sort(),
  ).toEqual([
    ['android', false, true],
    ['web', true, true],
  ]);
  const web = sessions.find(({ is_current }) => is_current);
  const agent = await alice.tab.frame.evaluate(() => navigator.userAgent);
  expect(web).toMatchObject({ agent, address: '127.0.0.1' });
  expect(Date.now() - Number(web?.login_time)).toBeLessThan(600_000);
  expect(Number(web?.active_time)).toBeGreaterThanOrEqual(Number(web?.login_time));
  expect(new Set(sessions.map(({ id }) => id)).size).toBe(2);
  // Another tab has the same session.
  expect((await alice2.ok('getSessions')).sessions.map(({ id }) => id).sort()).toEqual(
    sessions.map(({ id }) => id).sort(),
  );
});

test('logoutSession: ends the phone’s session with event 1, and no other; an id of another account fails with 880003', async () => {
  const mine = await alice.ok('getSessions');
  const [theirs] = (await bob.ok('getSessions')).sessions;
  for (const id of [String(theirs?.id), 'nothing']) {
    expect(await alice.code('logoutSession', { id })).toBe(CODES.invalidValue);
  }
  const other = mine.sessions.find(({ is_current }) => !is_current);
  await alice.ok('logoutSession', { id: String(other?.id) });
  await until('the phone to have the event', () =>
    phone.pushes.some(({ event, payload }) => event === 'event_notification' && payload.event_type === 1),
  );
  await until('the phone to be out', async () => (await alice.ok('getSessions')).sessions.length === 1);
  expect(await bob.ok('getSessions')).toMatchObject({ sessions: [{ is_current: true }] });
});

test('onInvitationAnswer: an invitation that one tab has declined reaches each tab, and is no event', async () => {
  await bob.ok('addFriend', { target_name: 'alice', from_type: 1, why: 'hello' });
  await alice.event(5, { extra: 1 });
  await alice.ok('declineFriend', { target_name: 'bob', why: 'no' });
  const ofFriend = { username: 'bob', appkey: bob.appkey };
  const open = await alice.ok('createGroup', { group_name: 'open', is_limit: true });
  await bob.ok('joinGroup', { gid: open.gid });
  const { event_id } = await alice.event(56, { gid: open.gid });
  const answer = { gid: open.gid, event_id, from_username: 'bob', target_username: 'bob' };
  await alice2.ok('addGroupMemberResp', { ...answer, result: 1 });
  for (const actor of [alice, alice2]) {
    expect(await actor.receives('onInvitationAnswer', ofFriend)).toEqual(ofFriend);
    await actor.receives('onInvitationAnswer', { ...ofFriend, gid: open.gid, event_id });
    expect((await actor.tab.received('onEventNotification')).map((event) => event.event_type)).not.toContain(
      100,
    );
  }
});
