/** Profiles and passwords: what their owner may change, who hears of it, and what it ends. */

import { describe, expect, it } from 'vitest';
import type { UserInfo } from '../../src/protocol/index.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, membersOf, missedEvents, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client, nextRid, uniqueName } from '../../test/kit/wire-socket.js';
import { uploadedImage } from '../../test/kit/wire-uploads.js';

const gateway = hostGateway();
const { clients } = gateway;

const infoOf = async (asker: Client, username: string) =>
  (await asker.ask('get_across_user_info', { username })).user_info;

describe('a profile', () => {
  it('can be given at registration, with a picture', async () => {
    const client = await clients.connect();
    await client.init();
    const username = uniqueName('user');
    const profile = { nickname: '小明 😀', gender: 1, region: '广州', extras: { level: 3 } };
    await client.ask('register', { username, password: md5('secret'), ...profile, media_id: 'media-1' });
    await client.login(username);
    expect(await infoOf(client, username)).toEqual({
      uid: expect.any(Number),
      username,
      appkey: APPKEY,
      ...profile,
      avatar: 'media-1',
      birthday: '',
      signature: '',
      address: '',
      mtime: expect.any(Number),
    });
  });

  it('keeps what a change leaves out', async () => {
    const alice = await clients.liveUser();
    await alice.ask('update_user_inf', { nickname: 'Alice', signature: 'hello', extras: { a: 1 } });
    const avatar = await uploadedImage(gateway.url, alice);
    expect(await alice.ask('update_user_inf', { avatar })).toMatchObject({ code: 0 });
    await alice.ask('update_user_inf', { signature: '' });
    expect(await infoOf(alice, alice.username)).toMatchObject({
      nickname: 'Alice',
      avatar,
      signature: '',
      extras: { a: 1 },
    });
  });

  it('shows no picture that its owner has not uploaded', async () => {
    const [alice, bob] = await clients.two();
    const hers = await uploadedImage(gateway.url, alice);
    for (const avatar of [hers, 'media-2', '0'.repeat(32), '\0']) {
      expect(await bob.ask('update_user_inf', { avatar, nickname: 'x' })).toMatchObject({ code: 880005 });
    }
    expect(await infoOf(alice, bob.username)).toMatchObject({ avatar: '', nickname: '' });
  });

  it('is changed once by a request that comes again', async () => {
    const alice = await clients.liveUser();
    const rid = nextRid();
    await alice.ask('update_user_inf', { nickname: 'first' }, rid);
    await alice.ask('update_user_inf', { nickname: 'second' });
    await alice.ask('update_user_inf', { nickname: 'first' }, rid);
    expect(await infoOf(alice, alice.username)).toMatchObject({ nickname: 'second' });
  });

  it('reaches the account’s other devices, which receive no other account’s changes', async () => {
    const alice = await clients.liveUser();
    const friend = await clients.liveUser();
    const phone = await liveDevice(clients, alice.username);
    await alice.ask('add_friend', { target_name: friend.username, from_type: 1 });
    await friend.ask('add_friend', { target_name: alice.username, from_type: 2, why: 'yes' });
    await alice.ask('update_user_inf', { nickname: 'Alice' });
    expect(await liveEvent(phone, 40)).toMatchObject({ from_username: alice.username, extra: 0 });
    await friend.ask('get_friend_list');
    for (const other of [alice, friend]) {
      expect(other.all('event_notification').map(({ event_type }) => event_type)).not.toContain(40);
    }
    const back = await clients.user(await goAway(alice));
    expect((await missedEvents(back)).map(({ event_type }) => event_type)).not.toContain(40);
  });

  it('is said by each message of its sender, and by the lists, in units that scripts can compare', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const gid = await makeGroup([alice, bob], {});
    await alice.ask('add_friend', { target_name: bob.username, from_type: 1 });
    await bob.ask('add_friend', { target_name: alice.username, from_type: 2, why: 'yes' });
    await alice.send(bob.username, 'hi');
    await sendTo(alice, gid, 'all');
    const { mtime, uid } = (await infoOf(bob, alice.username)) as UserInfo & { uid: number };
    for (const { content } of await bob.live(2)) expect(content.sui_mtime).toBe(mtime);
    expect((await bob.ask('get_conversations')).conversations).toContainEqual(
      expect.objectContaining({ username: alice.username, utime: mtime * 1_000 }),
    );
    const [member] = await membersOf(bob, gid);
    expect(member).toMatchObject({ username: alice.username, mtime: mtime * 1_000, uid });
    const { friend_list } = await bob.ask('get_friend_list');
    expect(friend_list).toMatchObject([{ username: alice.username, mtime, uid }]);
  });

  it('changed on one device is what the messages of the other say', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const phone = await liveDevice(clients, alice.username);
    await phone.ask('update_user_inf', { nickname: 'From the phone' });
    await alice.send(bob.username, 'hi');
    const [message] = await bob.live(1);
    expect(message?.content.from_name).toBe('From the phone');
  });

  it('changes in the given fields and in no other', async () => {
    const user = await clients.user();
    await user.ask('update_user_inf', { nickname: 'first', region: 'north' });
    expect(await user.ask('update_user_inf', { nickname: 'second', signature: '\0' })).toMatchObject({
      code: 0,
    });
    const { user_info } = await user.ask('get_across_user_info', { username: user.username, appkey: APPKEY });
    expect(user_info).toMatchObject({ nickname: 'second', region: 'north', signature: '\0', gender: 0 });
    expect(await user.ask('update_user_inf', { gender: 7 })).toMatchObject({ code: 880003 });
  });

  it('is not changed back by the retry of an older change', async () => {
    const user = await clients.user();
    const rid = nextRid();
    await user.ask('update_user_inf', { nickname: 'first' }, rid);
    await user.ask('update_user_inf', { nickname: 'second' });
    expect(await user.ask('update_user_inf', { nickname: 'first' }, rid)).toMatchObject({ code: 0 });
    const { user_info } = await user.ask('get_across_user_info', { username: user.username });
    expect(user_info.nickname).toBe('second');
  });

  it('of an unknown user cannot be read', async () => {
    const user = await clients.user();
    expect(await user.ask('get_across_user_info', { username: 'nobody' })).toMatchObject({ code: 882002 });
    const elsewhere = { username: user.username, appkey: 'nowhere' };
    expect(await user.ask('get_across_user_info', elsewhere)).toMatchObject({ code: 882002 });
  });
});

describe('a password', () => {
  const change = (client: Client, from: string, to: string, rid?: number) =>
    client.ask('update_user_pwd', { old_pwd: md5(from), new_pwd: md5(to) }, rid);

  it('once changed is the only one, and every session ends with event 2', async () => {
    const alice = await clients.liveUser();
    const phone = await liveDevice(clients, alice.username);
    expect(await change(alice, 'secret', 'better')).toMatchObject({ code: 0 });
    for (const device of [alice, phone]) {
      expect(await liveEvent(device, 2)).toMatchObject({ event_type: 2, extra: 0 });
      await device.next('disconnect');
    }
    const back = await clients.connect();
    await back.init();
    expect(await back.login(alice.username, md5('secret'))).toMatchObject({ code: 880104 });
    expect(await back.login(alice.username, md5('better'))).toMatchObject({ code: 0 });
  });

  it('is changed once: a retry over a new session gets the answer and ends nothing', async () => {
    const alice = await clients.liveUser();
    const rid = nextRid();
    const first = await change(alice, 'secret', 'better', rid);
    await alice.next('disconnect');
    const back = await clients.connect();
    await back.init();
    await back.login(alice.username, md5('better'));
    expect(await change(back, 'secret', 'better', rid)).toEqual(first);
    expect(await back.ask('get_conversations')).toMatchObject({ code: 0 });
    expect(back.all('event_notification')).toEqual([]);
  });

  it('is not changed by who does not know the old one, and guessing at it is limited', async () => {
    const alice = await clients.liveUser();
    const codes = [];
    for (let tries = 0; tries < 11; tries += 1) codes.push((await change(alice, 'wrong', 'mine')).code);
    expect(codes).toEqual([...Array<number>(10).fill(880104), 880209]);
    expect(await alice.ask('get_conversations')).toMatchObject({ code: 0 });
    const nonsense = { old_pwd: 'plain', new_pwd: md5('x') };
    expect(await alice.ask('update_user_pwd', nonsense)).toMatchObject({ code: 880003 });
  });
});
