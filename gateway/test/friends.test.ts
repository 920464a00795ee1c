/** Friends: who may ask whom, and what both sides hear. */

import { describe, expect, it } from 'vitest';
import { hostGateway, type LiveUser } from '../../test/kit/gateway-in-process.js';
import { UNSET_PROFILE } from '../../test/kit/profile.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { APPKEY, type Client, nextRid, OTHER_APPKEY } from '../../test/kit/wire-socket.js';
import { uploadedImage } from '../../test/kit/wire-uploads.js';

const gateway = hostGateway({ friends: 2 });
const { clients } = gateway;

const eventOf = (user: Client, type: number, extra = 0) =>
  user.next('event_notification', (event) => event.event_type === type && event.extra === extra);

const invite = (from: LiveUser, to: LiveUser, why = '') =>
  from.ask('add_friend', { target_name: to.username, from_type: 1, why });
const answer = (from: LiveUser, to: LiveUser, why: string) =>
  from.ask('add_friend', { target_name: to.username, from_type: 2, why });

async function friends(): Promise<[LiveUser, LiveUser]> {
  const [alice, bob] = await clients.two();
  await invite(alice, bob);
  await answer(bob, alice, 'yes');
  return [alice, bob];
}

const friendNames = async (user: LiveUser): Promise<unknown[]> => {
  const { friend_list } = await user.ask('get_friend_list');
  return friend_list.map(({ username }) => username);
};

describe('an invitation', () => {
  it('reaches its target with its reason, and accepted makes both friends', async () => {
    const [alice, bob] = await clients.two();
    const avatar = await uploadedImage(gateway.url, bob);
    await bob.ask('update_user_inf', { nickname: 'Bobby 😀', avatar, extras: { k: 1 } });
    expect(await invite(alice, bob, '我们是同学 😀')).toMatchObject({ code: 0 });
    expect(await eventOf(bob, 5, 1)).toMatchObject({
      from_username: alice.username,
      from_appkey: APPKEY,
      to_usernames: [{ username: bob.username, appkey: APPKEY, nickname: 'Bobby 😀' }],
      description: '我们是同学 😀',
      return_code: 0,
    });
    expect(await friendNames(alice)).toEqual([]);
    expect(await answer(bob, alice, '')).toMatchObject({ code: 0 });
    expect(await eventOf(alice, 5, 2)).toMatchObject({
      from_username: bob.username,
      return_code: 0,
      description: '',
    });
    const { friend_list } = await alice.ask('get_friend_list');
    expect(friend_list).toEqual([
      {
        uid: expect.any(Number),
        username: bob.username,
        appkey: APPKEY,
        nickname: 'Bobby 😀',
        avatar,
        ...UNSET_PROFILE,
        mtime: expect.any(Number),
        extras: { k: 1 },
        memo_name: '',
        memo_others: '',
      },
    ]);
    expect(await friendNames(bob)).toEqual([alice.username]);
  });

  it('reaches a target that comes back later', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.user();
    bob.close();
    await invite(alice, bob, 'later');
    const back = await clients.liveUser(bob.username);
    const { events, sync_key } = await back.next('sync_event');
    expect(events).toMatchObject([{ event_type: 5, extra: 1, description: 'later' }]);
    await back.ask('sync_event_ack', { sync_key });
    const again = await clients.liveUser(bob.username);
    expect(again.all('sync_event')).toEqual([]);
  });

  it('declined tells its sender why, and makes nobody friends', async () => {
    const [alice, bob] = await clients.two();
    await invite(alice, bob);
    expect(await answer(bob, alice, 'who are you?')).toMatchObject({ code: 0 });
    const declined = await eventOf(alice, 5, 2);
    expect(declined).toMatchObject({ description: 'who are you?' });
    expect(declined.return_code).not.toBe(0);
    expect(await friendNames(alice)).toEqual([]);
    expect(await answer(bob, alice, 'yes')).toMatchObject({ code: 881305 });
  });

  it('may cross another one: accepting either is enough', async () => {
    const [alice, bob] = await clients.two();
    await invite(alice, bob);
    await invite(bob, alice);
    await answer(alice, bob, 'yes');
    expect(await friendNames(bob)).toEqual([alice.username]);
    expect(await answer(bob, alice, 'yes')).toMatchObject({ code: 881302 });
  });

  it('crosses over to another application of this gateway', async () => {
    const alice = await clients.liveUser();
    const carol = await clients.liveUserElsewhere();
    const { username } = carol;
    const request = { target_name: username, from_type: 1, appkey: OTHER_APPKEY };
    expect(await alice.ask('add_friend', request)).toMatchObject({ code: 0 });
    const { from_username, from_appkey } = await carol.next('event_notification');
    const accepted = { target_name: from_username, appkey: from_appkey, from_type: 2, why: 'yes' };
    expect(await carol.ask('add_friend', accepted)).toMatchObject({ code: 0 });
    expect(await friendNames(alice)).toEqual([username]);
  });

  it('is refused where it makes no sense', async () => {
    const [alice, bob] = await friends();
    const carol = await clients.liveUser();
    expect(await invite(alice, bob)).toMatchObject({ code: 881302 });
    expect(await invite(alice, alice)).toMatchObject({ code: 880003 });
    expect(await answer(alice, carol, 'yes')).toMatchObject({ code: 881305 });
    const nobody = { target_name: 'nobody', from_type: 1 };
    expect(await alice.ask('add_friend', nobody)).toMatchObject({ code: 880103 });
    const neither = { target_name: carol.username, from_type: 0 };
    expect(await alice.ask('add_friend', neither)).toMatchObject({ code: 880003 });
    await carol.ask('add_black_list', { member_usernames: [{ username: alice.username }] });
    expect(await invite(alice, carol)).toMatchObject({ code: 880207 });
  });

  it('is taken once: a retry tells nobody again', async () => {
    const [alice, bob] = await clients.two();
    const rid = nextRid();
    const request = { target_name: bob.username, from_type: 1, why: 'once' };
    const first = await alice.ask('add_friend', request, rid);
    expect(await alice.ask('add_friend', request, rid)).toEqual(first);
    await invite(alice, bob, 'twice');
    await bob.next('event_notification', ({ description }) => description === 'twice');
    expect(bob.all('event_notification').map(({ description }) => description)).toEqual(['once', 'twice']);
  });

  it('counts, so that nobody can ask everybody', async () => {
    const alice = await clients.liveUser();
    for (const code of [0, 0, 880608]) {
      expect(await invite(alice, await clients.liveUser())).toMatchObject({ code });
    }
  });
});

describe('a friendship', () => {
  it('ends for both, and the other side hears of it', async () => {
    const [alice, bob] = await friends();
    expect(await alice.ask('del_friend', { target_name: bob.username })).toMatchObject({ code: 0 });
    expect(await eventOf(bob, 6)).toMatchObject({ from_username: alice.username, from_appkey: APPKEY });
    expect([await friendNames(alice), await friendNames(bob)]).toEqual([[], []]);
    expect(await alice.ask('del_friend', { target_name: bob.username })).toMatchObject({ code: 881303 });
    expect(await alice.ask('del_friend', { target_name: 'nobody' })).toMatchObject({ code: 880103 });
  });

  it('has a memo on each side, of which its owner’s other devices hear', async () => {
    const [alice, bob] = await friends();
    const memo = (fields: object) =>
      alice.ask('update_friend_memo', { target_name: bob.username, ...fields });
    expect(await memo({ memo_name: '老王 😀', memo_others: 'colleague' })).toMatchObject({ code: 0 });
    expect(await memo({ memo_name: 'Wang' })).toMatchObject({ code: 0 });
    const mine = (await alice.ask('get_friend_list')).friend_list;
    expect(mine).toMatchObject([{ memo_name: 'Wang', memo_others: 'colleague' }]);
    expect((await bob.ask('get_friend_list')).friend_list).toMatchObject([{ memo_name: '' }]);
    expect(alice.all('event_notification').map(({ event_type }) => event_type)).not.toContain(100);

    const elsewhere = await clients.liveUser(alice.username);
    const { events } = await elsewhere.next('sync_event');
    const memos = events.filter(({ event_type, extra }) => event_type === 100 && extra === 7);
    expect(memos.map(({ description }) => JSON.parse(String(description)))).toEqual([
      { username: bob.username, appkey: APPKEY, memo_name: '老王 😀', memo_others: 'colleague' },
      { username: bob.username, appkey: APPKEY, memo_name: 'Wang', memo_others: 'colleague' },
    ]);
  });

  it('tells the owner’s other devices of a memo, and nobody else', async () => {
    const [alice, bob] = await friends();
    const phone = await liveDevice(clients, alice.username);
    const asked = { target_name: bob.username, memo_name: 'Wang', memo_others: 'snores' };
    expect(await alice.ask('update_friend_memo', asked)).toMatchObject({ code: 0 });
    const { description, to_usernames } = await eventOf(phone, 100, 7);
    const memo = { username: bob.username, appkey: APPKEY, memo_name: 'Wang', memo_others: 'snores' };
    expect(JSON.parse(String(description))).toEqual(memo);
    expect(to_usernames).toMatchObject([{ username: bob.username }]);
    await bob.ask('get_friend_list');
    const received = [alice, bob, phone].flatMap((user) => user.all('event_notification'));
    expect(received.map(({ event_type }) => event_type)).not.toContain(7);
    expect(JSON.stringify(bob.all('event_notification'))).not.toMatch(/Wang|snores/);
    await bob.send(alice.username, 'hi');
    expect((await alice.ask('get_conversations')).conversations).toMatchObject([
      { username: bob.username, memo_name: 'Wang', memo_others: 'snores' },
    ]);
  });

  it('are taken away by an empty one, and refused when too long or of others', async () => {
    const [alice, bob] = await friends();
    const carol = await clients.liveUser();
    const memo = (target: LiveUser, memo_name: string) =>
      alice.ask('update_friend_memo', { target_name: target.username, memo_name });
    expect(await memo(bob, '字'.repeat(84))).toMatchObject({ code: 881304 });
    expect(await memo(bob, '字'.repeat(83))).toMatchObject({ code: 0 });
    expect(await memo(bob, '')).toMatchObject({ code: 0 });
    expect((await alice.ask('get_friend_list')).friend_list).toMatchObject([{ memo_name: '' }]);
    expect(await memo(carol, 'x')).toMatchObject({ code: 881303 });
  });
});

describe('names that a database cannot hold', () => {
  it.each([
    ['a name', { username: 'nul\0' }],
    ['half of a surrogate pair', { username: '\ud800' }],
    ['an appkey', { username: 'bob', appkey: 'nul\0' }],
  ])('%s is nobody’s', async (_, { username, appkey }: { username: string; appkey?: string }) => {
    const alice = await clients.liveUser();
    const target = { target_name: username, appkey };
    const asked = [
      await alice.ask('add_friend', { ...target, from_type: 1 }),
      await alice.ask('del_friend', target),
      await alice.ask('add_msg_no_disturb_single', target),
      await alice.ask('add_black_list', { member_usernames: [{ username, appkey }] }),
      await alice.ask('unread_single_count', { type: 3, username, appkey }),
    ];
    expect(asked.map(({ code }) => code)).toEqual(asked.map(() => 880103));
    expect(await alice.ask('get_across_user_info', { username, appkey })).toMatchObject({ code: 882002 });
  });

  it('do not matter in what is only shown: reasons, memos, profiles', async () => {
    const odd = 'nul\0 half\ud800';
    const [alice, bob] = await clients.two();
    await alice.ask('update_user_inf', { nickname: odd, extras: { odd } });
    await invite(alice, bob, odd);
    expect(await eventOf(bob, 5, 1)).toMatchObject({ description: odd });
    await answer(bob, alice, 'yes');
    await bob.ask('update_friend_memo', { target_name: alice.username, memo_name: odd, memo_others: odd });
    const { friend_list } = await bob.ask('get_friend_list');
    expect(friend_list).toMatchObject([{ nickname: odd, extras: { odd }, memo_name: odd, memo_others: odd }]);
  });
});
