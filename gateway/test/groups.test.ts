/** Groups and who is in them: made, joined, left, and who hears of it, at once or when they come back. */

import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import {
  goAway,
  liveEvent,
  makeGroup,
  membersOf,
  missedEvents,
  named,
  type User,
} from '../../test/kit/wire-groups.js';
import { APPKEY, type Data, nextRid, OTHER_APPKEY } from '../../test/kit/wire-socket.js';
import { uploadedImage } from '../../test/kit/wire-uploads.js';

const gateway = hostGateway({ groupMembers: 4, groupKeepers: 1, groupsOfUser: 3, pageRows: 2 });
const { clients } = gateway;

describe('a new group', () => {
  it('belongs to who made it, who is told so', async () => {
    const owner = await clients.liveUser();
    const media_id = await uploadedImage(gateway.url, owner);
    const fields = { group_name: '群组 😀', group_description: '描述 🎉', media_id };
    const made = await owner.ask('create_group', fields);
    expect(made).toMatchObject({
      code: 0,
      gid: expect.any(Number),
      group_name: '群组 😀',
      group_description: '描述 🎉',
      group_descriptin: '描述 🎉',
    });
    const { gid } = made;
    const group = {
      gid,
      name: '群组 😀',
      desc: '描述 🎉',
      appkey: APPKEY,
      avatar: media_id,
      flag: 1,
      ctime: expect.any(Number),
      mtime: expect.any(Number),
    };
    expect((await owner.ask('get_groups_list')).group_list).toEqual([group]);
    expect((await owner.ask('get_group_info', { gid })).group_info).toEqual(group);
    expect(await membersOf(owner, Number(gid))).toEqual([
      {
        username: owner.username,
        appkey: APPKEY,
        nickname: '',
        avatar: '',
        flag: 1,
        keep_silence: false,
        uid: expect.any(Number),
        mtime: expect.any(Number),
      },
    ]);
    expect(await liveEvent(owner, 8)).toMatchObject({
      gid,
      from_username: owner.username,
      to_usernames: [{ username: owner.username, appkey: APPKEY, nickname: '' }],
      ctime: expect.any(Number),
    });
  });

  it('is made once for a request, however often it is tried', async () => {
    const owner = await clients.liveUser();
    const rid = nextRid();
    const made = await owner.ask('create_group', { group_name: 'once' }, rid);
    const again = await owner.ask('create_group', { group_name: 'once' }, rid);
    expect(again).toMatchObject({ code: 0, gid: made.gid });
    expect((await owner.ask('get_groups_list')).group_list).toHaveLength(1);
    expect(owner.all('event_notification')).toHaveLength(1);
  });

  it.each([
    ['name is above 64 bytes', { group_name: '字'.repeat(22) }, 880404],
    ['description is above 250 bytes', { group_name: 'x', group_description: '字'.repeat(84) }, 880405],
    ['name cannot be stored', { group_name: 'nul\0' }, 880003],
    ['name is missing', {}, 880002],
    ['avatar is none', { group_name: 'x', media_id: '0'.repeat(32) }, 880005],
  ])('is refused when its %s', async (_, fields, code) => {
    const owner = await clients.liveUser();
    expect(await owner.ask('create_group', fields)).toMatchObject({ code });
  });

  it('is refused to who has too many', async () => {
    const owner = await clients.liveUser();
    for (let made = 0; made < 3; made += 1) await makeGroup([owner]);
    expect(await owner.ask('create_group', { group_name: 'more' })).toMatchObject({ code: 880403 });
  });
});

describe('members', () => {
  it('are added by any member of a private group, and everybody hears of it, at once or later', async () => {
    const [owner, bob, carol] = await clients.three();
    const dave = await clients.liveUser();
    const gid = await makeGroup([owner, bob, carol]);
    const away = await goAway(carol);
    const add = { gid, member_usernames: named(dave) };
    expect(await bob.ask('add_across_group_member', add)).toMatchObject({ code: 0 });
    const expected = {
      event_type: 10,
      gid,
      from_username: bob.username,
      to_usernames: [{ username: dave.username, appkey: APPKEY }],
    };
    const isDave = (event: Data) => (event.from_username as string) === bob.username;
    for (const user of [owner, bob, dave]) expect(await liveEvent(user, 10, isDave)).toMatchObject(expected);
    const back = await clients.user(away);
    expect((await missedEvents(back)).at(-1)).toMatchObject(expected);
    const names = (await membersOf(back, gid)).map(({ username }) => username);
    expect([names[0], names[3]]).toEqual([owner.username, dave.username]);
  });

  it('of another application are added by appkey', async () => {
    const owner = await clients.liveUser();
    const other = await clients.liveUserElsewhere();
    const { username } = other;
    const gid = await makeGroup([owner]);
    const wrong = { gid, member_usernames: [{ username }] };
    expect(await owner.ask('add_across_group_member', wrong)).toMatchObject({ code: 880203 });
    const right = { gid, member_usernames: [{ username, appkey: OTHER_APPKEY }] };
    expect(await owner.ask('add_across_group_member', right)).toMatchObject({ code: 0 });
    expect(await liveEvent(other, 10)).toMatchObject({ gid, from_appkey: APPKEY });
    expect((await other.ask('get_groups_list')).group_list).toMatchObject([{ gid, appkey: APPKEY }]);
    expect(await membersOf(owner, gid)).toMatchObject([
      { appkey: APPKEY },
      { username, appkey: OTHER_APPKEY },
    ]);
  });

  it('are not added twice, nor nobody, nor by strangers, nor beyond the limits', async () => {
    const [owner, bob, stranger] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const add = (by: User, ...members: { username: string }[]) =>
      by.ask('add_across_group_member', { gid, member_usernames: named(...members) });
    expect(await add(owner, bob)).toMatchObject({ code: 880607 });
    expect(await add(owner, stranger, stranger)).toMatchObject({ code: 880607 });
    expect(await add(owner)).toMatchObject({ code: 880602 });
    expect(await add(owner, { username: 'nobody' })).toMatchObject({ code: 880203 });
    expect(await add(stranger, stranger)).toMatchObject({ code: 880604 });
    expect(
      await owner.ask('add_across_group_member', { gid: 1, member_usernames: named(bob) }),
    ).toMatchObject({
      code: 880204,
    });
    const more = await clients.three();
    expect(await add(owner, ...more)).toMatchObject({ code: 880608 });
    for (let made = 0; made < 3; made += 1) await makeGroup([stranger]);
    expect(await add(owner, stranger)).toMatchObject({ code: 880609 });
    expect(await membersOf(owner, gid)).toHaveLength(2);
  });

  it('are removed by the owner and keepers only, and everybody hears of it', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const remove = (by: User, user: User) =>
      by.ask('del_across_group_member', { gid, member_usernames: named(user) });
    expect(await remove(bob, carol)).toMatchObject({ code: 880704 });
    expect(await owner.ask('add_group_keeper', { gid, member_usernames: named(bob) })).toMatchObject({
      code: 0,
    });
    expect(await remove(bob, owner)).toMatchObject({ code: 880705 });
    expect(await remove(bob, bob)).toMatchObject({ code: 880705 });
    await goAway(carol);
    expect(await remove(bob, carol)).toMatchObject({ code: 0 });
    const expected = {
      event_type: 11,
      gid,
      from_username: bob.username,
      to_usernames: [{ username: carol.username }],
    };
    expect(await liveEvent(owner, 11)).toMatchObject(expected);
    expect(await liveEvent(bob, 11)).toMatchObject(expected);
    const back = await clients.user(carol.username);
    expect((await missedEvents(back)).at(-1)).toMatchObject(expected);
    expect(await remove(bob, carol)).toMatchObject({ code: 880205 });
    expect(await back.ask('get_group_members', { gid })).toMatchObject({ code: 880205 });
    expect(await back.ask('get_group_info', { gid })).toMatchObject({ code: 880205 });
    expect((await back.ask('get_groups_list')).group_list).toEqual([]);
    expect(await remove(owner, bob)).toMatchObject({ code: 0 });
  });

  it('a leaving member is named in the event', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const away = await goAway(owner);
    expect(await bob.ask('exit_group', { gid })).toMatchObject({ code: 0, gid, group_name: 'a group' });
    expect(await bob.ask('exit_group', { gid })).toMatchObject({ code: 880205 });
    const expected = { event_type: 9, gid, from_username: bob.username, extra: 0 };
    expect(await liveEvent(carol, 9)).toMatchObject(expected);
    expect(bob.all('event_notification').map(({ event_type }) => event_type)).not.toContain(9);
    expect((await missedEvents(await clients.user(away))).at(-1)).toMatchObject(expected);
  });

  it('get the group in the order of joining when its owner leaves, and the last takes it along', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    await owner.ask('add_across_group_member', { gid, member_usernames: named(carol) });
    expect(await owner.ask('exit_group', { gid })).toMatchObject({ code: 0 });
    const expected = {
      gid,
      from_username: owner.username,
      new_owner: { username: bob.username, appkey: APPKEY },
    };
    for (const user of [owner, bob, carol]) expect(await liveEvent(user, 9)).toMatchObject(expected);
    expect(await membersOf(bob, gid)).toMatchObject([
      { username: bob.username, flag: 1 },
      { username: carol.username, flag: 0 },
    ]);
    await bob.ask('exit_group', { gid });
    await carol.ask('exit_group', { gid });
    expect(await carol.ask('get_group_info', { gid })).toMatchObject({ code: 882002 });
  });
});
