/** Additions to groups by others. A blacklisted user cannot add his target, additions do not use up the own groups, and a setting demands consent. */
import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { decideJoin, liveEvent, makeGroup, membersOf, named, type User } from '../../test/kit/wire-groups.js';

const IN_BLACKLIST = { code: 880207 };
const JOIN_REQUEST = 56;

const gidsOf = async (user: User): Promise<number[]> =>
  ((await user.ask('get_groups_list')).group_list as { gid: number }[]).map(({ gid }) => gid);
const add = (who: User, gid: number, ...whom: User[]) =>
  who.ask('add_across_group_member', { gid, member_usernames: named(...whom) });
const blacklist = (who: User, whom: User) => who.ask('add_black_list', { member_usernames: named(whom) });

describe('a blacklisted user', () => {
  const { clients } = hostGateway({ joinRequestIntervalMs: 0 });

  it('does not put him into a group, nor others with him', async () => {
    const [stalker, victim, other] = await clients.three();
    await blacklist(victim, stalker);
    const gid = await makeGroup([stalker]);
    expect(await add(stalker, gid, other, victim)).toMatchObject(IN_BLACKLIST);
    expect(await gidsOf(victim)).toEqual([]);
    expect(await gidsOf(other)).toEqual([]);
    expect(await add(stalker, gid, other)).toMatchObject({ code: 0 });
  });

  it('does not add him through a friend either', async () => {
    const [stalker, victim, helper] = await clients.three();
    await blacklist(victim, stalker);
    const gid = await makeGroup([stalker, helper]);
    expect(await add(helper, gid, victim)).toMatchObject(IN_BLACKLIST);
    expect(await gidsOf(victim)).toEqual([]);
  });

  it('does not ask the keepers of another group to add him', async () => {
    const [stalker, victim, keeper] = await clients.three();
    const gid = await makeGroup([keeper, stalker], { is_limit: true });
    expect(await add(stalker, gid, victim)).toMatchObject({ code: 0 });
    const { event_id } = await liveEvent(keeper, JOIN_REQUEST);
    await blacklist(victim, stalker);
    expect(await decideJoin(keeper, gid, Number(event_id), victim)).toMatchObject(IN_BLACKLIST);
    expect(await gidsOf(victim)).toEqual([]);
  });

  it('can be met in a group that one has asked to join', async () => {
    const [stalker, victim, keeper] = await clients.three();
    await blacklist(victim, stalker);
    const gid = await makeGroup([keeper, stalker], { is_limit: true });
    expect(await victim.ask('apply_join_group', { gid, reason: '' })).toMatchObject({ code: 0 });
    const { event_id } = await liveEvent(keeper, JOIN_REQUEST);
    expect(await decideJoin(keeper, gid, Number(event_id), victim)).toMatchObject({ code: 0 });
    expect(await gidsOf(victim)).toEqual([gid]);
  });
});

describe('groups that others have put somebody into', () => {
  const { clients } = hostGateway({ groupsOfUser: 2, groupsAddedTo: 3 });

  it('are not counted among his own, and have a limit that keeps nobody from making or joining one', async () => {
    const [victim, keeper] = await clients.three();
    for (let count = 0; count < 3; count += 1) {
      const gid = await makeGroup([await clients.liveUser()]);
      const { code } = await add(victim, gid, victim);
      expect(code).not.toBe(0);
    }
    const strangers = await Promise.all([
      clients.liveUser(),
      clients.liveUser(),
      clients.liveUser(),
      clients.liveUser(),
    ]);
    const codes: number[] = [];
    for (const stranger of strangers)
      codes.push((await add(stranger, await makeGroup([stranger]), victim)).code);
    expect(codes).toEqual([0, 0, 0, 880609]);
    expect(await victim.ask('create_group', { group_name: 'own' })).toMatchObject({ code: 0 });
    const gid = await makeGroup([keeper], { is_limit: true });
    await victim.ask('apply_join_group', { gid, reason: '' });
    const { event_id } = await liveEvent(keeper, JOIN_REQUEST);
    expect(await decideJoin(keeper, gid, Number(event_id), victim)).toMatchObject({ code: 0 });
    expect(await gidsOf(victim)).toHaveLength(5);
    expect(await victim.ask('create_group', { group_name: 'one more' })).toMatchObject({ code: 880403 });
  });
});

describe('with groupConsent=1', () => {
  const { clients } = hostGateway({ groupConsent: 1, joinRequestIntervalMs: 60_000 });

  const befriend = async (one: User, other: User) => {
    await one.ask('add_friend', { target_name: other.username, from_type: 1, why: '' });
    await other.ask('add_friend', { target_name: one.username, from_type: 2, why: 'yes' });
  };

  it('friends are added at once, and others are asked and join after they accept', async () => {
    const [alice, friend, stranger] = await clients.three();
    await befriend(alice, friend);
    const gid = await makeGroup([alice]);
    expect(await add(alice, gid, friend, stranger)).toMatchObject({ code: 0 });
    expect(await gidsOf(friend)).toEqual([gid]);
    expect(await gidsOf(stranger)).toEqual([]);
    const request = await liveEvent(stranger, JOIN_REQUEST);
    expect(request).toMatchObject({
      gid,
      from_username: alice.username,
      to_usernames: [{ username: stranger.username }],
      extra: 10,
    });
    const eventId = Number(request.event_id);
    expect(await decideJoin(stranger, gid, eventId, stranger)).toMatchObject({ code: 0 });
    expect(
      await liveEvent(friend, 10, ({ to_usernames }) =>
        JSON.stringify(to_usernames).includes(stranger.username),
      ),
    ).toMatchObject({
      from_username: alice.username,
    });
    expect((await membersOf(alice, gid)).map(({ username }) => username)).toContain(stranger.username);
    expect(await decideJoin(stranger, gid, eventId, stranger)).toMatchObject({ code: 880612 });
  });

  it('a user who declines does not join, and the inviter learns of it', async () => {
    const [alice, stranger] = await clients.three();
    const gid = await makeGroup([alice]);
    await add(alice, gid, stranger);
    const { event_id } = await liveEvent(stranger, JOIN_REQUEST);
    expect(await decideJoin(stranger, gid, Number(event_id), stranger, 1, 'no, thank you')).toMatchObject({
      code: 0,
    });
    expect(await liveEvent(alice, 57)).toMatchObject({
      gid,
      from_username: stranger.username,
      return_code: 1,
      description: 'no, thank you',
    });
    expect(await gidsOf(stranger)).toEqual([]);
  });

  it('no user can answer for another, and none is asked again within a minute', async () => {
    const [alice, stranger, other] = await clients.three();
    const gid = await makeGroup([alice]);
    await add(alice, gid, stranger);
    const { event_id } = await liveEvent(stranger, JOIN_REQUEST);
    expect(await decideJoin(alice, gid, Number(event_id), stranger)).toMatchObject({ code: 880003 });
    expect(await decideJoin(other, gid, Number(event_id), stranger)).toMatchObject({ code: 880205 });
    expect(await decideJoin(stranger, gid, Number(event_id), other)).toMatchObject({ code: 880205 });
    expect(await add(alice, gid, stranger)).toMatchObject({ code: 880209 });
    expect(await gidsOf(stranger)).toEqual([]);
  });

  it('an invitation of somebody who is not in the group any more is none', async () => {
    const [owner, stranger] = await clients.three();
    const member = await clients.liveUser();
    await befriend(owner, member);
    const gid = await makeGroup([owner, member]);
    await add(member, gid, stranger);
    const { event_id } = await liveEvent(stranger, JOIN_REQUEST);
    await member.ask('exit_group', { gid });
    expect(await decideJoin(stranger, gid, Number(event_id), stranger)).toMatchObject({ code: 880003 });
  });
});
