/** Friends through pages: invited, accepted, declined, given a memo, removed; and the events of the other side, online or later. */
import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { type Actor, EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;

const to = ({ username, appkey }: Actor) => ({ target_name: username, appkey });
const from = ({ username, appkey }: Actor) => ({ from_username: username, from_appkey: appkey });

async function befriend(one: Actor, other: Actor): Promise<void> {
  const code = await one.code('addFriend', { ...to(other), from_type: 1, why: '' });
  if (code !== CODES.alreadyFriend) await other.ok('acceptFriend', to(one));
}
const friendsOf = async (actor: Actor): Promise<string[]> =>
  (await actor.ok('getFriendList')).friend_list.map(({ username }) => username);

test('addFriend: invites with the reason, which its target receives as event 5 with extra 1', async () => {
  const why = `我们是同学 ${EMOJI}`;
  const answer = await alice.ok('addFriend', { target_name: 'bob', from_type: '1', why, appkey: bob.appkey });
  expect(answer).toMatchObject({ code: 0, message: expect.any(String) });
  expect(await bob.event(5, { extra: 1 })).toMatchObject({
    ...from(alice),
    event_id: expect.any(Number),
    ctime: expect.any(Number),
    description: why,
  });
});

test('getInvitations: has what waits for an answer, also in a tab that joins later', async () => {
  const { events } = await bob.ok('getInvitations');
  expect(events).toMatchObject([
    { event_type: 5, extra: 1, ...from(alice), to_usernames: [{ username: 'bob' }] },
  ]);
  expect(await alice.ok('getInvitations')).toMatchObject({ events: [] });
});

test('addFriend: with from_type 2 and an empty why accepts, which the inviter receives as event 5 with extra 2', async () => {
  await bob.ok('addFriend', { ...to(alice), from_type: '2', why: '' });
  const event = await alice.event(5, { extra: 2, ...from(bob) });
  expect(event).toMatchObject({ return_code: 0, description: '' });
  expect(await friendsOf(alice)).toContain('bob');
  expect(await friendsOf(bob)).toContain('alice');
});

test('addFriend: with from_type 2 and a why declines with that reason', async () => {
  await alice.ok('addFriend', { ...to(carol), from_type: 1 });
  await carol.event(5, { extra: 1 });
  const why = `nein ${EMOJI}`;
  await carol.ok('addFriend', { ...to(alice), from_type: 2, why });
  const event = await alice.event(5, { extra: 2, ...from(carol) });
  expect(event.return_code).not.toBe(0);
  expect(event.description).toBe(why);
  expect(await friendsOf(alice)).not.toContain('carol');
});

test('addFriend: fails with 881302 for a friend, 880103 for an unknown user, 881305 without an invitation', async () => {
  await befriend(alice, bob);
  expect(await alice.code('addFriend', { ...to(bob), from_type: 1, why: '' })).toBe(CODES.alreadyFriend);
  expect(await alice.code('addFriend', { target_name: 'nobody', from_type: 1, why: '' })).toBe(
    CODES.userNotExist,
  );
  expect(await carol.code('addFriend', { ...to(bob), from_type: 2, why: '' })).toBe(CODES.invitationNotValid);
  expect(await carol.code('addFriend', { ...to(bob), from_type: 3, why: '' })).toBe(CODES.invalidValue);
});

test('acceptFriend: makes both friends, also across applications', async () => {
  const { stranger } = cast;
  expect(await bob.code('acceptFriend', to(stranger))).toBe(CODES.invitationNotValid);
  await stranger.ok('addFriend', { ...to(bob), from_type: 1, why: 'from afar' });
  await bob.event(5, { extra: 1, ...from(stranger) });
  expect(
    await bob.ok('acceptFriend', { target_name: 'stranger', appkey: cast.stranger.appkey }),
  ).toMatchObject({
    code: 0,
  });
  await stranger.event(5, { extra: 2, return_code: 0, ...from(bob) });
  expect((await bob.ok('getFriendList')).friend_list).toContainEqual(
    expect.objectContaining({ username: 'stranger', appkey: cast.stranger.appkey }),
  );
  expect(await friendsOf(stranger)).toEqual(['bob']);
});

test('declineFriend: sends the inviter the why, if there is one, and makes no friends', async () => {
  for (const why of [`keine Zeit ${EMOJI}`, '', 'yes', undefined]) {
    await alice.tab.forget();
    await alice.ok('addFriend', { ...to(carol), from_type: 1, why: 'once more' });
    await carol.ok('declineFriend', { ...to(alice), ...(why !== undefined && { why }) });
    const event = await alice.event(5, { extra: 2, ...from(carol) });
    expect(event.return_code).not.toBe(0);
    if (why?.includes(EMOJI)) expect(event.description).toBe(why);
  }
  expect(await friendsOf(alice)).not.toContain('carol');
  expect(await carol.code('declineFriend', to(alice))).toBe(CODES.invitationNotValid);
});

test("getFriendList: has every field of the document, memo_nam in the document's spelling beside the right one", async () => {
  await bob.ok('updateSelfInfo', { nickname: `Bobby ${EMOJI}`, gender: 1, region: '广州' });
  const { friend_list } = await alice.ok('getFriendList');
  expect(friend_list).toHaveLength(1);
  expect(friend_list[0]).toMatchObject({
    username: 'bob',
    appkey: bob.appkey,
    nickname: `Bobby ${EMOJI}`,
    avatar: '',
    memo_nam: '',
    memo_name: '',
    memo_others: '',
    birthday: '',
    gender: 1,
    signature: '',
    region: '广州',
    address: '',
    mtime: expect.any(Number),
  });
  expect(await alice.code('getFriendList', { any: 'thing' })).toBe(0);
});

test('updateFriendMemo: is in the list of its owner only, each part by itself', async () => {
  const answer = await alice.ok('updateFriendMemo', {
    ...to(bob),
    memo_name: `Robert ${EMOJI}`,
    memo_others: 'tall',
  });
  expect(answer).toMatchObject({ code: 0 });
  await alice.ok('updateFriendMemo', { target_name: 'bob', memo_name: 'Bert' });
  expect((await alice.ok('getFriendList')).friend_list[0]).toMatchObject({
    memo_name: 'Bert',
    memo_nam: 'Bert',
    memo_others: 'tall',
  });
  await alice.ok('updateFriendMemo', { target_name: 'bob', memo_name: '' });
  expect((await alice.ok('getFriendList')).friend_list[0]).toMatchObject({
    memo_name: '',
    memo_others: 'tall',
  });
  const { friend_list } = await bob.ok('getFriendList');
  expect(friend_list.find(({ username }) => username === 'alice')).toMatchObject({
    memo_nam: '',
    memo_others: '',
  });
});

test('updateFriendMemo: fails with 881303 for a user who is no friend, 881304 for a memo that is too long, 880103 for an unknown user', async () => {
  expect(await alice.code('updateFriendMemo', { ...to(carol), memo_name: 'x' })).toBe(CODES.notFriend);
  const long = 'x'.repeat(251);
  expect(await alice.code('updateFriendMemo', { ...to(bob), memo_name: long })).toBe(CODES.invalidMemo);
  expect(await alice.code('updateFriendMemo', { target_name: 'nobody', memo_name: 'x' })).toBe(
    CODES.userNotExist,
  );
});

test('delFriend: ends the friendship for both, and the other side receives event 6', async () => {
  await alice.ok('delFriend', { target_name: 'bob', appkey: bob.appkey });
  expect(await bob.event(6)).toMatchObject({
    ...from(alice),
    event_id: expect.any(Number),
    ctime: expect.any(Number),
  });
  expect(await friendsOf(alice)).not.toContain('bob');
  expect(await friendsOf(bob)).not.toContain('alice');
  expect(await alice.code('delFriend', to(bob))).toBe(CODES.notFriend);
  expect(await alice.code('delFriend', { target_name: 'nobody' })).toBe(CODES.userNotExist);
});

test('onSyncEvent: an invitation (5, extra 1), its answer (5, extra 2) and a removal (6) reach offline users later', async () => {
  await carol.misses(() => alice.ok('addFriend', { ...to(carol), from_type: 1, why: 'later' }));
  expect(await carol.missed(5, { extra: 1 })).toMatchObject({ ...from(alice), description: 'later' });
  expect(await carol.tab.received('onEventNotification')).toEqual([]);
  await alice.misses(() => carol.ok('acceptFriend', to(alice)));
  expect(await alice.missed(5, { extra: 2 })).toMatchObject({
    ...from(carol),
    return_code: 0,
    description: '',
  });
  await carol.misses(() => alice.ok('delFriend', to(carol)));
  expect(await carol.missed(6)).toMatchObject(from(alice));
});

test('onSyncEvent: delivers each missed event once, in one list, and none again at the next login', async () => {
  await alice.misses(async () => {
    await bob.ok('addFriend', { ...to(alice), from_type: 1, why: 'first' });
    await carol.ok('addFriend', { ...to(alice), from_type: 1, why: 'second' });
  });
  await alice.missed(5, { description: 'second' });
  const requests = (await alice.tab.received('onSyncEvent')).flat().filter(({ extra }) => extra === 1);
  expect(requests.map(({ description }) => description)).toEqual(['first', 'second']);
  await alice.misses(async () => undefined);
  await alice.ok('getFriendList');
  expect(await alice.tab.received('onSyncEvent')).toEqual([]);
});

test('onSyncEvent: a change of friends on one device is event 100 for another, with the memo parsed', async () => {
  await alice.ok('acceptFriend', to(bob));
  await alice.leave();
  const elsewhere = await cast.world.wire('alice');
  await elsewhere.request('update_friend_memo', {
    target_name: 'bob',
    memo_name: `M ${EMOJI}`,
    memo_others: 'o',
  });
  await elsewhere.request('del_friend', { target_name: 'bob' });
  elsewhere.close();
  await alice.come();
  const memo = await alice.missed(100, { extra: 7 });
  expect(memo.description).toMatchObject({ username: 'bob', memo_name: `M ${EMOJI}`, memo_others: 'o' });
  await alice.missed(100, { extra: 6 });
});
