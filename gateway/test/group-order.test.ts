/** Keeping order in a group: who may change it, silence, appoint, hand over and let in, and who hears of it. */
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
import { type Data, nextRid } from '../../test/kit/wire-socket.js';
import { uploadedImage } from '../../test/kit/wire-uploads.js';

const gateway = hostGateway({ groupMembers: 4, groupKeepers: 1, groupsOfUser: 3, pageRows: 2 });
const { clients } = gateway;

describe('a group', () => {
  it('is changed by its owner and keepers, each field by itself', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol], { group_description: 'old' });
    const away = await goAway(carol);
    expect(await bob.ask('update_group_info', { gid, group_name: 'b' })).toMatchObject({ code: 880614 });
    expect(await owner.ask('update_group_info', { gid, group_name: '字'.repeat(22) })).toMatchObject({
      code: 880404,
    });
    expect(await owner.ask('update_group_info', { gid, group_name: '新' })).toMatchObject({ code: 0 });
    const theirs = await uploadedImage(gateway.url, bob);
    const media_id = await uploadedImage(gateway.url, owner);
    expect(await owner.ask('update_group_info', { gid, media_id: theirs })).toMatchObject({ code: 880005 });
    expect(await owner.ask('update_group_info', { gid, media_id })).toMatchObject({ code: 0 });
    expect((await bob.ask('get_group_info', { gid })).group_info).toMatchObject({
      name: '新',
      desc: 'old',
      avatar: media_id,
    });
    const expected = { event_type: 12, gid, from_username: owner.username };
    expect(await liveEvent(bob, 12)).toMatchObject(expected);
    expect(
      (await missedEvents(await clients.user(away))).filter(({ event_type }) => event_type === 12),
    ).toMatchObject([expected, expected]);
  });

  it('is ended by its owner only, and everybody hears of it', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const away = await goAway(carol);
    expect(await bob.ask('dissolve_group', { gid })).toMatchObject({ code: 881701 });
    const rid = nextRid();
    expect(await owner.ask('dissolve_group', { gid }, rid)).toMatchObject({ code: 0 });
    expect(await owner.ask('dissolve_group', { gid }, rid)).toMatchObject({ code: 0 });
    expect(await owner.ask('dissolve_group', { gid })).toMatchObject({ code: 880204 });
    const expected = { event_type: 9, gid, extra: 69, from_username: owner.username };
    for (const user of [owner, bob]) expect(await liveEvent(user, 9)).toMatchObject(expected);
    expect((await missedEvents(await clients.user(away))).at(-1)).toMatchObject(expected);
  });

  it('silences members, by its owner and keepers', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const silence = (by: User, user: User, keep_silence: boolean) =>
      by.ask('group_mem_silence', { gid, target_username: user.username, keep_silence });
    expect(await silence(bob, carol, true)).toMatchObject({ code: 880614 });
    await owner.ask('add_group_keeper', { gid, member_usernames: named(bob) });
    expect(await silence(bob, owner, true)).toMatchObject({ code: 880614 });
    await goAway(carol);
    expect(await silence(bob, carol, true)).toMatchObject({ code: 0 });
    expect(await liveEvent(owner, 65)).toMatchObject({
      gid,
      extra: 1,
      to_usernames: [{ username: carol.username }],
    });
    expect((await membersOf(owner, gid)).map(({ keep_silence }) => keep_silence)).toContain(true);
    expect(await silence(bob, carol, false)).toMatchObject({ code: 0 });
    expect(await liveEvent(owner, 65, ({ extra }) => extra === 2)).toMatchObject({ gid });
    const missed = await missedEvents(await clients.user(carol.username));
    expect(missed.filter(({ event_type }) => event_type === 65).map(({ extra }) => extra)).toEqual([1, 2]);
  });

  it('has keepers, appointed by its owner up to the limit', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const away = await goAway(carol);
    const appoint = (by: User, ...members: { username: string }[]) =>
      by.ask('add_group_keeper', { gid, member_usernames: named(...members) });
    expect(await appoint(bob, bob)).toMatchObject({ code: 881701 });
    expect(await appoint(owner, owner)).toMatchObject({ code: 880003 });
    expect(await appoint(owner, bob, carol)).toMatchObject({ code: 880608 });
    expect(await appoint(owner, bob)).toMatchObject({ code: 0 });
    expect(await liveEvent(bob, 80)).toMatchObject({
      gid,
      extra: 1,
      to_usernames: [{ username: bob.username }],
    });
    expect(await membersOf(owner, gid)).toContainEqual(
      expect.objectContaining({ username: bob.username, flag: 2 }),
    );
    const dismissal = { gid, member_usernames: named(bob) };
    expect(await owner.ask('del_group_keeper', dismissal)).toMatchObject({ code: 0 });
    expect(await liveEvent(bob, 80, ({ extra }) => extra === 2)).toMatchObject({ gid });
    const missed = await missedEvents(await clients.user(away));
    expect(missed.slice(-2)).toMatchObject([
      { event_type: 80, extra: 1 },
      { event_type: 80, extra: 2 },
    ]);
  });

  it('is handed over by its owner', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const hand = (by: User, to: User) => by.ask('change_group_admin', { gid, target_username: to.username });
    expect(await hand(bob, bob)).toMatchObject({ code: 881701 });
    expect(await hand(owner, owner)).toMatchObject({ code: 880003 });
    expect(await hand(owner, carol)).toMatchObject({ code: 880205 });
    const away = await goAway(bob);
    expect(await hand(owner, bob)).toMatchObject({ code: 0 });
    const expected = {
      event_type: 82,
      gid,
      from_username: owner.username,
      to_usernames: [{ username: away }],
    };
    expect(await liveEvent(owner, 82)).toMatchObject(expected);
    expect((await missedEvents(await clients.user(away))).at(-1)).toMatchObject(expected);
    expect(await owner.ask('dissolve_group', { gid })).toMatchObject({ code: 881701 });
  });
});

describe('a public group', () => {
  const open = { is_limit: true };
  const answerTo = (by: User, event: Data, target: User, result: number, reason = '') =>
    by.ask('admin_add_group_member', {
      gid: event.gid,
      event_id: event.event_id,
      from_username: event.from_username,
      target_username: target.username,
      result,
      reason,
    });

  it('is listed by pages, and shown to anybody', async () => {
    const [one, two, three] = await clients.three();
    const gids = [];
    for (const user of [one, two, three]) gids.push(await makeGroup([user], open));
    await makeGroup([one]);
    const page = async (start: number) => (await three.ask('public_group_list', { start })).result as Data;
    const { total } = await page(0);
    const rows: unknown[] = [];
    for (let start = 0; start < Number(total); start += 2) {
      const result = await page(start);
      expect(result).toMatchObject({ total, start });
      rows.push(...(result.groups as unknown[]));
    }
    expect(rows).toEqual(
      expect.arrayContaining(gids.map((gid) => expect.objectContaining({ gid, flag: 2 }))),
    );
    expect(rows).toHaveLength(Number(total));
    expect(await three.ask('public_group_list', { start: 0, appkey: 'nowhere' })).toMatchObject({
      code: 880101,
    });
    expect(await three.ask('get_group_info', { gid: gids[0] })).toMatchObject({ code: 0 });
  });

  it('is joined by asking its owner and keepers, once', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob], open);
    const keeper = await goAway(bob);
    await owner.ask('add_group_keeper', { gid, member_usernames: named(bob) });
    expect(await carol.ask('apply_join_group', { gid, reason: '请 😀' })).toMatchObject({ code: 0 });
    const request = await liveEvent(owner, 56);
    expect(request).toMatchObject({
      gid,
      extra: 59,
      from_username: carol.username,
      to_usernames: [{ username: carol.username }],
      description: '请 😀',
    });
    const back = await clients.user(keeper);
    const later = (await missedEvents(back)).at(-1);
    expect(later).toMatchObject({ event_type: 56, event_id: request.event_id });
    expect(await answerTo(carol, request, carol, 0)).toMatchObject({ code: 880205 });
    expect(await answerTo(back, request, carol, 0)).toMatchObject({ code: 0 });
    expect(await liveEvent(carol, 10)).toMatchObject({ gid, to_usernames: [{ username: carol.username }] });
    expect(await answerTo(owner, request, carol, 0)).toMatchObject({ code: 880612 });
    expect(await carol.ask('apply_join_group', { gid })).toMatchObject({ code: 880610 });
    expect(await membersOf(carol, gid)).toHaveLength(3);
  });

  it('can be refused: the applicant and the other keepers hear of it', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob], open);
    await owner.ask('add_group_keeper', { gid, member_usernames: named(bob) });
    await carol.ask('apply_join_group', { gid });
    const request = await liveEvent(bob, 56);
    const applicant = await goAway(carol);
    expect(await answerTo(owner, request, carol, 1, '满了')).toMatchObject({ code: 0 });
    expect(await liveEvent(bob, 58)).toMatchObject({
      gid,
      from_username: owner.username,
      description: '满了',
    });
    const back = await clients.user(applicant);
    expect((await missedEvents(back)).at(-1)).toMatchObject({ event_type: 57, gid, description: '满了' });
    expect(owner.all('event_notification').map(({ event_type }) => event_type)).not.toContain(58);
    expect(await answerTo(bob, request, carol, 0)).toMatchObject({ code: 880612 });
    expect(await membersOf(owner, gid)).toHaveLength(2);
  });

  it('lets other members only ask for somebody; keepers add at once', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob], open);
    const add = { gid, member_usernames: named(carol) };
    expect(await bob.ask('add_across_group_member', add)).toMatchObject({ code: 0 });
    const request = await liveEvent(owner, 56);
    expect(request).toMatchObject({
      extra: 10,
      from_username: bob.username,
      to_usernames: [{ username: carol.username }],
    });
    expect(await membersOf(owner, gid)).toHaveLength(2);
    expect(await answerTo(owner, { ...request, event_id: 1 }, carol, 0)).toMatchObject({ code: 880003 });
    expect(await answerTo(owner, request, bob, 0)).toMatchObject({ code: 880003 });
    expect(await answerTo(owner, request, carol, 0)).toMatchObject({ code: 0 });
    expect(await membersOf(carol, gid)).toHaveLength(3);
  });

  it('is the only kind that can be joined', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner]);
    expect(await bob.ask('apply_join_group', { gid })).toMatchObject({ code: 880611 });
    expect(await bob.ask('apply_join_group', { gid: 1 })).toMatchObject({ code: 880204 });
  });

  it('does not have its keepers asked all the time', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob], open);
    expect(await carol.ask('apply_join_group', { gid })).toMatchObject({ code: 0 });
    expect(await carol.ask('apply_join_group', { gid, reason: 'please' })).toMatchObject({ code: 880209 });
    const add = { gid, member_usernames: named(carol) };
    expect(await bob.ask('add_across_group_member', add)).toMatchObject({ code: 0 });
    expect(await bob.ask('add_across_group_member', add)).toMatchObject({ code: 880209 });
  });
});
