/** The start of every change of a group: the group, its members, and the rights of the requesting account. */
import { CODES, EVENT, type RequestEvent } from '../../../src/protocol/index.js';
import { type Answer, refuse } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Change } from '../delivery/changes.js';
import { type Account, userNameOf } from '../store/accounts.js';
import { groupCounts, insertMembers, type Member, ROLE, type Roster, readRoster } from '../store/groups.js';
import { firstIdAt } from '../store/message-ids.js';
import { change, type Handling, sessionOf } from './types.js';

export interface GroupContext extends Roster {
  change: Change;
  gid: number;
  /** The requesting account. */
  asker: Account;
  /** Undefined when not a member. */
  me: Member | undefined;
}

/** The requests to join the group of the last `withinMs`, for these accounts. */
export const recentRequests = (
  { change: { transaction, nowMs }, gid }: GroupContext,
  about: readonly Account[],
  withinMs: number,
) =>
  transaction
    .selectFrom('join_request')
    .select('uid')
    .where('gid', '=', gid)
    .where(
      'uid',
      'in',
      about.map(({ uid }) => uid),
    )
    .where('event_id', '>', firstIdAt(nowMs - withinMs));

/** Stores a request to join under the id of its event. The answer names that id. */
export const recordRequest =
  (
    { transaction }: Change,
    request: { gid: number; inviter: number; uid: number; invitation: boolean },
  ): ((eventId: number) => Promise<unknown>) =>
  (event_id) =>
    transaction
      .insertInto('join_request')
      .values({ ...request, event_id })
      .execute();

type GroupEvent = Extract<RequestEvent, `${string}group${string}`>;

/**
 * A change of one group; 880204 if it does not exist.
 * @param accounts other accounts that the change affects
 */
export function inGroup<E extends GroupEvent>(
  handling: Handling<E> & { payload: { gid: number } },
  work: (context: GroupContext) => Promise<Answer>,
  accounts: readonly Account[] = [],
): Promise<Reply> {
  const asker = sessionOf(handling.connection).account;
  const { gid } = handling.payload;
  const serve = async (open: Change): Promise<Answer> => {
    const roster = await readRoster(open.transaction, gid);
    if (!roster) return refuse(CODES.targetGroupNotExist);
    await handling.services.live.changing(open, { cached: 'group', key: gid });
    return work({ ...roster, change: open, gid, asker, me: roster.members.get(asker.uid) });
  };
  return change(handling, serve, { groups: [gid], accounts: accounts.map(({ uid }) => uid) });
}

/** A change of one group by a member; 880205 for others. */
export function asMember<E extends GroupEvent>(
  handling: Handling<E> & { payload: { gid: number } },
  work: (context: GroupContext & { me: Member }) => Promise<Answer>,
): Promise<Reply> {
  return inGroup(handling, async (context) =>
    context.me ? work({ ...context, me: context.me }) : refuse(CODES.userNotInGroup),
  );
}

export const mayModerate = ({ role }: Member): boolean => role === ROLE.owner || role === ROLE.keeper;

export const uidsOf = ({ members }: Roster): number[] => [...members.keys()];

/** The owner and the keepers. */
export const keepersOf = ({ members }: Roster): number[] =>
  [...members.values()].filter(mayModerate).map(({ account }) => account.uid);

/** The way in which accounts join. */
interface Entrance {
  /** Another account added them without their consent. Such groups do not count among the user's own. */
  added: boolean;
  /** The author of event 10. */
  from: Account;
}

/**
 * Adds accounts to the group, and sends event 10 to all members.
 * @returns the refusal, if they cannot be added
 */
export async function admitMembers(
  context: GroupContext,
  candidates: readonly Account[],
  { added, from }: Entrance,
  limits: { groupMembers: number; groupsOfUser: number; groupsAddedTo: number },
): Promise<Answer | null> {
  const { change: open, gid, group, members } = context;
  const uids = candidates.map(({ uid }) => uid);
  if (members.size + uids.length > limits.groupMembers) return refuse(CODES.numberExceedsLimit);
  const counts = await groupCounts(open.transaction, uids);
  const isFull = counts.some(
    ({ own, others }) => own >= limits.groupsOfUser || (added && others >= limits.groupsAddedTo),
  );
  if (isFull) return refuse(CODES.memberHasTooManyGroups);
  await insertMembers(open.transaction, {
    gid,
    uids,
    role: ROLE.member,
    added,
    joinedMsgId: await open.messageMark(),
    nowMs: open.nowMs,
  });
  open.emit([...uidsOf(context), ...uids], {
    event_type: EVENT.membersAdded,
    from,
    group,
    to_usernames: candidates.map(userNameOf),
  });
  return null;
}
