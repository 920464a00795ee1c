/** Profiles and passwords: what their owner may change, who hears of it, and what it ends. */
import { describe, expect, it } from 'vitest';
import { startGateway } from '../src/server.js';
import { APPKEY, APPS, type Client, md5, nextRid, uniqueName } from './support/client.js';
import { freshData } from './support/data.js';
import { liveDevice } from './support/devices.js';
import { Guests, hostGateway } from './support/gateway.js';
import { goAway, makeGroup, missedEvents, told } from './support/groups.js';
import { uploadedImage } from './support/upload.js';

const gateway = hostGateway();
const { guests } = gateway;

const infoOf = async (asker: Client, username: string) =>
  (await asker.ask('get_across_user_info', { username })).user_info;

describe('a profile', () => {
  it('can be given at registration, with a picture', async () => {
    const client = await guests.connect();
    await client.init();
    const username = uniqueName('user');
    const profile = { nickname: '小明 😀', gender: 1, region: '广州', extras: { level: 3 } };
    await client.ask('register', { username, password: md5('secret'), ...profile, media_id: 'media-1' });
    await client.login(username);
    expect(await infoOf(client, username)).toEqual({
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
    const alice = await guests.liveUser();
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
    const [alice, bob] = [await guests.liveUser(), await guests.liveUser()];
    const hers = await uploadedImage(gateway.url, alice);
    for (const avatar of [hers, 'media-2', '0'.repeat(32), '\0']) {
      expect(await bob.ask('update_user_inf', { avatar, nickname: 'x' })).toMatchObject({ code: 880005 });
    }
    expect(await infoOf(alice, bob.username)).toMatchObject({ avatar: '', nickname: '' });
  });

  it('is changed once by a request that comes again', async () => {
    const alice = await guests.liveUser();
    const rid = nextRid();
    await alice.ask('update_user_inf', { nickname: 'first' }, rid);
    await alice.ask('update_user_inf', { nickname: 'second' });
    await alice.ask('update_user_inf', { nickname: 'first' }, rid);
    expect(await infoOf(alice, alice.username)).toMatchObject({ nickname: 'second' });
  });

  it('is new to friends, members and partners, live or later, and to nobody else', async () => {
    const [alice, friend, member, partner, stranger] = [
      await guests.liveUser(),
      await guests.liveUser(),
      await guests.liveUser(),
      await guests.liveUser(),
      await guests.liveUser(),
    ];
    await alice.ask('add_friend', { target_name: friend.username, from_type: 1 });
    await friend.ask('add_friend', { target_name: alice.username, from_type: 2, why: 'yes' });
    await makeGroup([member, alice]);
    await alice.send(partner.username, 'hi');
    const awayName = await goAway(partner);
    await alice.ask('update_user_inf', { nickname: 'Alice' });
    for (const watcher of [friend, member]) {
      expect(await told(watcher, 40)).toMatchObject({ from_username: alice.username, from_appkey: APPKEY });
    }
    const back = await guests.user(awayName);
    expect(await missedEvents(back)).toMatchObject([{ event_type: 40, from_username: alice.username }]);
    await stranger.ask('get_friend_list');
    expect([...stranger.all('event_notification'), ...alice.all('event_notification')]).not.toContainEqual(
      expect.objectContaining({ event_type: 40 }),
    );
  });

  it('changed on one device is what the messages of the other say', async () => {
    const alice = await guests.liveUser();
    const bob = await guests.liveUser();
    const phone = await liveDevice(guests, alice.username);
    await phone.ask('update_user_inf', { nickname: 'From the phone' });
    await alice.send(bob.username, 'hi');
    const [message] = await bob.live(1);
    expect(message?.content.from_name).toBe('From the phone');
  });
});

describe('telling others', () => {
  it('is paid for: a page cannot keep the gateway busy with changes of its profile', async () => {
    const strictData = await freshData();
    const limits = { requestBurst: 20, requestsPerSecond: 1e-6, recipientsPerRequest: 2 };
    const strict = await startGateway({ apps: APPS, data: strictData.path, ...limits });
    const others = new Guests(() => strict.url);
    const alice = await others.liveUser();
    for (let partner = 0; partner < 4; partner += 1) {
      await (await others.liveUser()).send(alice.username, 'hi');
    }
    const codes = [];
    for (let change = 0; change < 8; change += 1) {
      codes.push((await alice.ask('update_user_inf', { nickname: `${change}` })).code);
    }
    others.leave();
    await strict.close();
    await strictData.remove();
    // 4 of 20 requests went before; each change counts as one, and two for telling four partners.
    expect(codes).toEqual([...Array<number>(6).fill(0), 880209, 880209]);
  });
});

describe('a password', () => {
  const change = (client: Client, from: string, to: string, rid?: number) =>
    client.ask('update_user_pwd', { old_pwd: md5(from), new_pwd: md5(to) }, rid);

  it('once changed is the only one, and every session ends with event 2', async () => {
    const alice = await guests.liveUser();
    const phone = await liveDevice(guests, alice.username);
    expect(await change(alice, 'secret', 'better')).toMatchObject({ code: 0 });
    for (const device of [alice, phone]) {
      expect(await told(device, 2)).toMatchObject({ event_type: 2, extra: 0 });
      await device.next('disconnect');
    }
    const back = await guests.connect();
    await back.init();
    expect(await back.login(alice.username, md5('secret'))).toMatchObject({ code: 880104 });
    expect(await back.login(alice.username, md5('better'))).toMatchObject({ code: 0 });
  });

  it('is changed once: a retry over a new session gets the answer and ends nothing', async () => {
    const alice = await guests.liveUser();
    const rid = nextRid();
    const first = await change(alice, 'secret', 'better', rid);
    await alice.next('disconnect');
    const back = await guests.connect();
    await back.init();
    await back.login(alice.username, md5('better'));
    expect(await change(back, 'secret', 'better', rid)).toEqual(first);
    expect(await back.ask('get_conversations')).toMatchObject({ code: 0 });
    expect(back.all('event_notification')).toEqual([]);
  });

  it('is not changed by who does not know the old one, and guessing at it is limited', async () => {
    const alice = await guests.liveUser();
    const codes = [];
    for (let tries = 0; tries < 11; tries += 1) codes.push((await change(alice, 'wrong', 'mine')).code);
    expect(codes).toEqual([...Array<number>(10).fill(880104), 880209]);
    expect(await alice.ask('get_conversations')).toMatchObject({ code: 0 });
    const nonsense = { old_pwd: 'plain', new_pwd: md5('x') };
    expect(await alice.ask('update_user_pwd', nonsense)).toMatchObject({ code: 880003 });
  });
});
