/** The fields of group events that describe the group, for clients without other knowledge of it. */
import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, missedEvents, named } from '../../test/kit/wire-groups.js';
import type { Client } from '../../test/kit/wire-socket.js';
import { uploadedImage } from '../../test/kit/wire-uploads.js';

const gateway = hostGateway();
const { clients } = gateway;

const publicGroup = { group_name: 'readers', is_limit: true };

describe('every event of a group', () => {
  it('says its id, name and avatar', async () => {
    const [owner, bob, carol] = await clients.three();
    const media_id = await uploadedImage(gateway.url, owner);
    const gid = await makeGroup([owner, bob], { group_name: 'readers', media_id });
    const group = { gid, from_gid: gid, group_name: 'readers', media_id, extra: 0 };
    expect(await liveEvent(owner, 8)).toMatchObject(group);
    expect(await liveEvent(bob, 10)).toMatchObject(group);
    await owner.ask('group_mem_silence', { gid, target_username: bob.username, keep_silence: true });
    expect(await liveEvent(bob, 65)).toMatchObject({ ...group, extra: 1 });
    await owner.ask('add_group_keeper', { gid, member_usernames: named(bob) });
    expect(await liveEvent(bob, 80)).toMatchObject({ ...group, extra: 1 });
    await owner.ask('change_group_admin', { gid, target_username: bob.username });
    expect(await liveEvent(owner, 82)).toMatchObject({ ...group, new_owner: { username: bob.username } });
    await bob.ask('update_group_info', { gid, group_name: 'writers' });
    const renamed = { ...group, group_name: 'writers' };
    expect(await liveEvent(owner, 12)).toMatchObject(renamed);
    await bob.ask('add_across_group_member', { gid, member_usernames: named(carol) });
    expect(await liveEvent(carol, 10)).toMatchObject({
      ...renamed,
      to_usernames: [{ username: carol.username }],
    });
    await bob.ask('del_across_group_member', { gid, member_usernames: named(carol) });
    expect(await liveEvent(carol, 11)).toMatchObject(renamed);
    await owner.ask('exit_group', { gid });
    expect(await liveEvent(bob, 9)).toMatchObject(renamed);
  });

  it('says so to those who are asked to let somebody in, and to the applicant, who hears that he is in', async () => {
    const [owner, keeper, applicant] = await clients.three();
    const gid = await makeGroup([owner, keeper], publicGroup);
    await owner.ask('add_group_keeper', { gid, member_usernames: named(keeper) });
    const group = { gid, from_gid: gid, group_name: 'readers', media_id: '' };
    const answer = async (result: 0 | 1): Promise<void> => {
      await applicant.ask('apply_join_group', { gid, reason: `try ${result}` });
      const { event_id, from_gid, from_username } = await liveEvent(
        keeper,
        56,
        ({ description }) => description === `try ${result}`,
      );
      const from = { from_username, target_username: applicant.username };
      const answered = await keeper.ask('admin_add_group_member', {
        gid: from_gid,
        event_id,
        ...from,
        result,
      });
      expect(answered).toMatchObject({ code: 0 });
    };
    await answer(0);
    expect(await liveEvent(applicant, 10)).toMatchObject({
      ...group,
      from_username: keeper.username,
      to_usernames: [{ username: applicant.username }],
    });
    expect(await liveEvent(owner, 56)).toMatchObject({ ...group, extra: 59 });
    await applicant.ask('exit_group', { gid });
    const name = await goAway(applicant);
    const back = await clients.liveUser(name);
    await back.ask('apply_join_group', { gid, reason: 'again' });
    expect(await back.ask('get_group_info', { gid })).toMatchObject({ code: 0 });
  });

  it('says so to those whose request is refused, and to the other keepers', async () => {
    const [owner, keeper, applicant] = await clients.three();
    const gid = await makeGroup([owner, keeper], publicGroup);
    await owner.ask('add_group_keeper', { gid, member_usernames: named(keeper) });
    await applicant.ask('apply_join_group', { gid });
    const { event_id } = await liveEvent(keeper, 56);
    const target = { from_username: applicant.username, target_username: applicant.username };
    await keeper.ask('admin_add_group_member', { gid, event_id, ...target, result: 1, reason: 'full' });
    const group = { gid, from_gid: gid, group_name: 'readers', description: 'full', return_code: 1 };
    expect(await liveEvent(applicant, 57)).toMatchObject(group);
    expect(await liveEvent(owner, 58)).toMatchObject(group);
  });

  it('is told who is away, with the same fields', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner]);
    const name = await goAway(bob);
    await owner.ask('add_across_group_member', { gid, member_usernames: [{ username: name }] });
    const back = await clients.user(name);
    expect(await missedEvents(back)).toMatchObject([
      { event_type: 10, from_gid: gid, group_name: 'a group' },
    ]);
  });
});

describe('a setting for a group', () => {
  it('reaches the other devices with the group that it is about', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const phone = await liveDevice(clients, bob.username);
    const received = (type: number, extra: number) =>
      liveEvent(phone, type, (event) => event.extra === extra);
    await bob.ask('add_msg_no_disturb_group', { gid });
    await bob.ask('delete_msg_no_disturb_group', { gid });
    await bob.ask('add_msg_shield_group', { gid });
    const about = { gid, group_name: 'a group', to_groups: [{ gid, name: 'a group' }] };
    expect(await received(102, 33)).toMatchObject(about);
    expect(await received(102, 34)).toMatchObject(about);
    expect(await received(103, 1)).toMatchObject(about);
    const shields = await bob.ask('list_shield_group');
    expect(shields.groups).toMatchObject([{ gid, name: 'a group' }]);
    expect(shields.group_list).toEqual(shields.groups);
  });
});

describe('the members of a group', () => {
  it('are shown to anybody while it is public, and to none but them while it is not', async () => {
    const [owner, bob, stranger] = await clients.three();
    const open = await makeGroup([owner, bob], publicGroup);
    const closed = await makeGroup([owner, bob]);
    const members = (user: Client, gid: number) => user.ask('get_group_members', { gid });
    expect((await members(stranger, open)).member_list).toMatchObject([
      { username: owner.username, flag: 1 },
      { username: bob.username, flag: 0 },
    ]);
    expect(await members(stranger, closed)).toMatchObject({ code: 880205 });
    expect(await members(bob, closed)).toMatchObject({ code: 0 });
  });
});
