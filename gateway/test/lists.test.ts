/** No-disturb, shields and blacklists: on, off, refused when nothing would change, and told to the account's devices. */
import { describe, expect, it } from 'vitest';
import { type Clients, hostGateway } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { liveEvent, makeGroup, named, sendTo, type User } from '../../test/kit/wire-groups.js';
import { APPKEY, nextRid, textTo } from '../../test/kit/wire-socket.js';

const gateway = hostGateway({ listEntries: 3 });
const { clients } = gateway;

const noDisturb = async (user: Awaited<ReturnType<Clients['user']>>) =>
  (await user.ask('no_disturb', { version: 0 })).no_disturb;

describe('no-disturb', () => {
  it('is off for everybody at first', async () => {
    expect(await noDisturb(await clients.user())).toEqual({ global: 0, users: [], groups: [] });
  });

  it('of a user is turned on once and off once', async () => {
    const [alice, bob] = await clients.two();
    await bob.ask('update_user_inf', { nickname: 'Bobby' });
    const request = { target_name: bob.username, version: 0 };
    expect(await alice.ask('add_msg_no_disturb_single', request)).toMatchObject({ code: 0 });
    expect(await alice.ask('add_msg_no_disturb_single', request)).toMatchObject({ code: 881101 });
    expect(await noDisturb(alice)).toEqual({
      global: 0,
      users: [{ username: bob.username, nickname: 'Bobby', appkey: APPKEY }],
      groups: [],
    });
    expect(await alice.ask('delete_msg_no_disturb_single', request)).toMatchObject({ code: 0 });
    expect(await alice.ask('delete_msg_no_disturb_single', request)).toMatchObject({ code: 881102 });
    const ask = (target_name: string) => alice.ask('add_msg_no_disturb_single', { target_name });
    expect(await ask('nobody')).toMatchObject({ code: 880103 });
    expect(await ask(alice.username)).toMatchObject({ code: 880003 });
  });

  it('of a group is for its members, and ends with the membership', async () => {
    const [alice, bob] = await clients.two();
    const gid = await makeGroup([alice, bob], { group_name: 'quiet', group_description: 'please' });
    expect(await bob.ask('add_msg_no_disturb_group', { gid })).toMatchObject({ code: 0 });
    expect(await bob.ask('add_msg_no_disturb_group', { gid })).toMatchObject({ code: 881105 });
    expect(await noDisturb(bob)).toMatchObject({
      groups: [{ gid, name: 'quiet', appkey: APPKEY, desc: 'please' }],
    });
    expect(await alice.ask('delete_msg_no_disturb_group', { gid })).toMatchObject({ code: 881106 });
    await bob.ask('exit_group', { gid });
    expect(await noDisturb(bob)).toMatchObject({ groups: [] });
    expect(await bob.ask('add_msg_no_disturb_group', { gid })).toMatchObject({ code: 880205 });
    expect(await bob.ask('add_msg_no_disturb_group', { gid: gid + 1_000 })).toMatchObject({ code: 880204 });
  });

  it('of everybody is turned on once and off once', async () => {
    const alice = await clients.user();
    const codes = [];
    for (const event of ['add', 'add', 'delete', 'delete']) {
      codes.push((await alice.ask(`${event}_msg_no_disturb_global`)).code);
    }
    expect(codes).toEqual([0, 881107, 0, 881108]);
    await alice.ask('add_msg_no_disturb_global');
    expect(await noDisturb(alice)).toMatchObject({ global: 1 });
  });

  it('reaches the changing device as event 37 and the other devices as event 102', async () => {
    const [alice, bob] = await clients.two();
    const phone = await liveDevice(clients, alice.username);
    await alice.ask('add_msg_no_disturb_single', { target_name: bob.username });
    expect(await liveEvent(alice, 37)).toMatchObject({ from_username: alice.username });
    expect(await liveEvent(phone, 102)).toMatchObject({
      extra: 31,
      to_usernames: [{ username: bob.username }],
    });
    await alice.ask('add_msg_no_disturb_global');
    await liveEvent(phone, 102, ({ extra }) => extra === 35);
    expect(alice.all('event_notification').map(({ event_type }) => event_type)).toEqual([37, 37]);
  });
});

describe('a shield', () => {
  it('keeps a group’s messages away, but not out of its history', async () => {
    const [alice, bob] = await clients.two();
    const gid = await makeGroup([alice, bob]);
    expect(await bob.ask('add_msg_shield_group', { gid })).toMatchObject({ code: 0 });
    expect(await bob.ask('add_msg_shield_group', { gid })).toMatchObject({ code: 881203 });
    expect((await bob.ask('list_shield_group')).group_list).toMatchObject([{ gid, flag: 1, appkey: APPKEY }]);
    const shielded = await sendTo(alice, gid, 'unheard');
    // Another node hands both on a moment later, in this order, and by the shields of that moment.
    const direct = await alice.ask('s_across_single_text', textTo(bob.username, 'to bob alone'));
    await bob.live(1);
    expect(await bob.ask('del_msg_shield_group', { gid })).toMatchObject({ code: 0 });
    expect(await bob.ask('del_msg_shield_group', { gid })).toMatchObject({ code: 881204 });
    const received = await sendTo(alice, gid, 'heard');
    const heard = [direct.msg_id, received.msg_id];
    expect((await bob.live(2)).map(({ msg_id }) => msg_id)).toEqual(heard);
    const back = await clients.user(bob.username);
    await back.sync(0, 1);
    const { messages } = await back.next('sync_conversation');
    const ofGroup = messages.filter(({ key }) => key === gid);
    const ids = ofGroup.flatMap(({ msgs }) => msgs).map(({ msg_id }) => msg_id);
    expect(ids).toEqual([shielded.msg_id, received.msg_id]);
  });

  it('is for members, and reaches the other devices', async () => {
    const [alice, bob] = await clients.two();
    const gid = await makeGroup([alice]);
    expect(await bob.ask('add_msg_shield_group', { gid })).toMatchObject({ code: 880205 });
    expect(await bob.ask('add_msg_shield_group', { gid: gid + 1_000 })).toMatchObject({ code: 880204 });
    const phone = await liveDevice(clients, alice.username);
    await alice.ask('add_msg_shield_group', { gid });
    expect(await liveEvent(phone, 103)).toMatchObject({ extra: 1, gid });
    await alice.ask('del_msg_shield_group', { gid });
    expect(await liveEvent(phone, 103, ({ extra }) => extra === 2)).toMatchObject({ gid });
    expect(alice.all('event_notification').map(({ event_type }) => event_type)).not.toContain(103);
  });
});

describe('lists of friends and blacklists', () => {
  it('are told to the other devices live, and not to the one that changed them', async () => {
    const [alice, bob] = await clients.two();
    const phone = await liveDevice(clients, alice.username);
    await bob.ask('add_friend', { target_name: alice.username, from_type: 1 });
    await alice.ask('add_friend', { target_name: bob.username, from_type: 2 });
    await alice.ask('update_friend_memo', { target_name: bob.username, memo_name: 'Bobby' });
    await alice.ask('del_friend', { target_name: bob.username });
    await alice.ask('add_black_list', { member_usernames: named(bob) });
    await alice.ask('del_black_list', { member_usernames: named(bob) });
    await liveEvent(phone, 101, ({ extra }) => extra === 2);
    const received = phone.all('event_notification').map(({ event_type, extra }) => [event_type, extra]);
    expect(received).toEqual([
      [5, 1],
      [100, 5],
      [100, 7],
      [100, 6],
      [38, 1],
      [101, 1],
      [38, 2],
      [101, 2],
    ]);
    const own = alice.all('event_notification').map(({ event_type }) => event_type);
    expect(own).toEqual([5, 38, 38]);
  });
});

describe('a blacklist', () => {
  const list = (user: User, event: string, ...members: { username: string }[]) =>
    user.ask(event, { member_usernames: members.map(({ username }) => ({ username })) });

  it('is shown with profiles, and its owner is told of changes', async () => {
    const [alice, bob] = await clients.two();
    await bob.ask('update_user_inf', { nickname: 'Bobby' });
    expect(await list(alice, 'add_black_list', bob)).toMatchObject({ code: 0 });
    expect(await liveEvent(alice, 38, ({ extra }) => extra === 1)).toMatchObject({
      to_usernames: [{ username: bob.username }],
    });
    const { black_list } = await alice.ask('get_black_list');
    expect(black_list).toMatchObject([{ username: bob.username, nickname: 'Bobby', extras: {} }]);
    expect(await list(alice, 'del_black_list', bob)).toMatchObject({ code: 0 });
    expect((await alice.ask('get_black_list')).black_list).toEqual([]);
    expect(await list(alice, 'del_black_list', bob)).toMatchObject({ code: 0 });
  });

  it('keeps messages away from the moment it is answered until the member is removed', async () => {
    const [alice, bob] = await clients.two();
    expect(await bob.send(alice.username, 'before')).toMatchObject({ code: 0 });
    await list(alice, 'add_black_list', bob);
    expect(await bob.send(alice.username, 'during')).toMatchObject({ code: 880207 });
    expect(await alice.send(bob.username, 'the other way')).toMatchObject({ code: 0 });
    await list(alice, 'del_black_list', bob);
    expect(await bob.send(alice.username, 'after')).toMatchObject({ code: 0 });
    await alice.live(2);
    expect(alice.texts()).toEqual(['before', 'after']);
  });

  it('does not take back what was answered: a retry of an older message succeeds', async () => {
    const [alice, bob] = await clients.two();
    const rid = nextRid();
    const first = await bob.send(alice.username, 'once', {}, rid);
    await list(alice, 'add_black_list', bob);
    expect(await bob.send(alice.username, 'once', {}, rid)).toEqual(first);
  });

  it('takes all of the members or none', async () => {
    const [alice, bob, carol] = await clients.three();
    await list(alice, 'add_black_list', bob);
    expect(await list(alice, 'add_black_list', carol, bob)).toMatchObject({ code: 880904 });
    expect(await list(alice, 'add_black_list', carol, alice)).toMatchObject({ code: 880903 });
    expect(await list(alice, 'add_black_list', carol, { username: 'nobody' })).toMatchObject({
      code: 880103,
    });
    expect(await list(alice, 'add_black_list')).toMatchObject({ code: 880602 });
    expect((await alice.ask('get_black_list')).black_list).toMatchObject([{ username: bob.username }]);
  });

  it('has a limit', async () => {
    const alice = await clients.liveUser();
    const others = [];
    for (let index = 0; index < 4; index += 1) others.push(await clients.liveUser());
    expect(await list(alice, 'add_black_list', ...others)).toMatchObject({ code: 880608 });
    expect(await list(alice, 'add_black_list', ...others.slice(1))).toMatchObject({ code: 0 });
  });
});
