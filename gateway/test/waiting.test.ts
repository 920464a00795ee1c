/** Invitations and requests to join that wait for an answer, for a client that was not there as they came. */
import { describe, expect, it } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { decideJoin, liveEvent, makeGroup, named, type User } from '../../test/kit/wire-groups.js';

const DAY_MS = 86_400_000;
const JOIN_REQUEST = 56;

let nowMs = Date.now();
const { clients } = hostMounted({ joinRequestIntervalMs: 0, groupConsent: 1 }, () => nowMs);

const waiting = async (user: User) => (await user.ask('get_invitations')).events as { event_id: number }[];
const invite = (from: User, to: User, why = '') =>
  from.ask('add_friend', { target_name: to.username, from_type: 1, why });
const answer = (from: User, to: User, why: string) =>
  from.ask('add_friend', { target_name: to.username, from_type: 2, why });

describe('waiting', () => {
  it('is a friend invitation, as its event, until it is answered or has expired', async () => {
    const [alice, bob, carol] = await clients.three();
    await invite(alice, bob, 'first');
    await liveEvent(bob, 5);
    await invite(alice, bob, 'again');
    const event = await liveEvent(bob, 5, ({ description }) => description === 'again');
    await invite(carol, bob);
    expect(await waiting(bob)).toEqual([event, expect.objectContaining({ from_username: carol.username })]);
    expect(await waiting(alice)).toEqual([]);
    await answer(bob, alice, 'no');
    expect(await waiting(bob)).toMatchObject([{ from_username: carol.username }]);
    await answer(bob, carol, 'yes');
    expect(await waiting(bob)).toEqual([]);
    await invite(alice, bob);
    nowMs += 16 * DAY_MS;
    expect(await waiting(bob)).toEqual([]);
  });

  it('is a request to join, for each keeper, until one of them has answered its latest event', async () => {
    const [owner, keeper, applicant] = await clients.three();
    const gid = await makeGroup([owner], { is_limit: true });
    await applicant.ask('apply_join_group', { gid, reason: 'first' });
    nowMs += 1_000;
    await applicant.ask('apply_join_group', { gid, reason: 'again' });
    const [request] = await waiting(owner);
    expect(request).toMatchObject({ event_type: JOIN_REQUEST, description: 'again', gid, by_self: true });
    expect(await waiting(keeper)).toEqual([]);
    expect(await waiting(applicant)).toEqual([]);
    expect(await decideJoin(owner, gid, request?.event_id, applicant, 1)).toMatchObject({ code: 0 });
    expect(await waiting(owner)).toEqual([]);
    nowMs += 1_000;
    await applicant.ask('apply_join_group', { gid, reason: 'please' });
    const [last] = await waiting(owner);
    expect(await decideJoin(owner, gid, last?.event_id, applicant, 0)).toMatchObject({ code: 0 });
    expect(await waiting(owner)).toEqual([]);
  });

  it('is an invitation into a group, for the user who is asked, while its author is a member', async () => {
    const [owner, member, asked] = await clients.three();
    const gid = await makeGroup([owner]);
    await invite(owner, member);
    await answer(member, owner, 'yes');
    const add = (who: User, whom: User) =>
      who.ask('add_across_group_member', { gid, member_usernames: named(whom) });
    await add(owner, member);
    await add(member, asked);
    expect(await waiting(asked)).toMatchObject([{ from_username: member.username, gid, by_self: false }]);
    expect(await waiting(owner)).toEqual([]);
    await member.ask('exit_group', { gid });
    expect(await waiting(asked)).toEqual([]);
  });
});
