/** The members of a group: added, removed, admitted on request. */
import { CODES, EVENT, EVENT_EXTRA, type RequestPayload } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { type Account, userNameOf } from '../store/accounts.js';
import { deleteMembers, ROLE } from '../store/groups.js';
import { admit } from './group-consent.js';
import {
  admitMembers,
  type GroupContext,
  inGroup,
  keepersOf,
  mayModerate,
  recentRequests,
  recordRequest,
  uidsOf,
} from './group-guards.js';
import { findUser, findUsers } from './targets.js';
import type { Handling } from './types.js';

type Listing = Handling<
  'add_across_group_member' | 'del_across_group_member' | 'add_group_keeper' | 'del_group_keeper'
>;

/** The accounts of `member_usernames`; undefined when one of them does not exist. */
export async function listed(handling: Listing): Promise<Account[] | undefined> {
  const found = await findUsers(handling, handling.payload.member_usernames);
  const accounts = found.filter((account) => account !== undefined);
  return accounts.length === found.length ? accounts : undefined;
}

const hasDuplicates = (accounts: readonly Account[]): boolean =>
  new Set(accounts.map(({ uid }) => uid)).size < accounts.length;

/** Any member may add to a private group; to a public one the owner and keepers, whom other members ask. */
export async function addMembers(handling: Handling<'add_across_group_member'>): Promise<Reply> {
  const { settings } = handling.services;
  const accounts = await listed(handling);
  if (!accounts) return { answer: refuse(CODES.targetUserNotExist) };
  return inGroup(
    handling,
    async (context) => {
      const { me, members, group } = context;
      if (!me) return refuse(CODES.mayNotAddMembers);
      if (hasDuplicates(accounts) || accounts.some(({ uid }) => members.has(uid))) {
        return refuse(CODES.repeatedAdd);
      }
      if (!group.is_public || mayModerate(me)) {
        return (await admit(context, [me.account.uid], accounts, settings)) ?? success();
      }
      if (members.size + accounts.length > settings.groupMembers) return refuse(CODES.numberExceedsLimit);
      return askKeepers(
        context,
        accounts,
        { extra: EVENT_EXTRA.byMember, reason: '' },
        settings.joinRequestIntervalMs,
      );
    },
    accounts,
  );
}

/** An event for each, so that each can be answered by itself. */
async function askKeepers(
  context: GroupContext,
  applicants: readonly Account[],
  { extra, reason }: { extra: number; reason: string },
  intervalMs: number,
): Promise<Answer> {
  const { change: open, gid, group, asker } = context;
  const asked = await recentRequests(context, applicants, intervalMs)
    .where('inviter', '=', asker.uid)
    .where('invitation', '=', false)
    .executeTakeFirst();
  if (asked) return refuse(CODES.beyondFrequencyLimit, 'the keepers have just been asked: wait a minute');
  for (const applicant of applicants) {
    const event = {
      event_type: EVENT.joinRequest,
      from: asker,
      group,
      to_usernames: [userNameOf(applicant)],
      extra,
      description: reason,
    };
    const request = { gid, inviter: asker.uid, uid: applicant.uid, invitation: false };
    open.emit(keepersOf(context), event, { record: recordRequest(open, request) });
  }
  return success();
}

export async function applyJoinGroup(handling: Handling<'apply_join_group'>): Promise<Reply> {
  const { services, payload } = handling;
  return inGroup(handling, async (context) => {
    const { group, me, members, asker } = context;
    if (me) return refuse(CODES.alreadyInGroup);
    if (!services.reach.reaches(asker.appkey, group.appkey)) return refuse(CODES.targetGroupNotExist);
    if (!group.is_public) return refuse(CODES.groupTypeNotSupported);
    if (members.size >= services.settings.groupMembers) return refuse(CODES.numberExceedsLimit);
    const { joinRequestIntervalMs } = services.settings;
    return askKeepers(
      context,
      [asker],
      { extra: EVENT_EXTRA.bySelf, reason: payload.reason },
      joinRequestIntervalMs,
    );
  });
}

/** The answer to event 56: by an owner or keeper, or by the user whom a member wants to add. */
export async function answerJoinRequest(handling: Handling<'admin_add_group_member'>): Promise<Reply> {
  const { payload } = handling;
  const target = await findUser(handling, payload.target_username, payload.target_appkey);
  if (!target) return { answer: refuse(CODES.targetUserNotExist) };
  return inGroup(
    handling,
    async (context) => {
      const { change: open, gid, me, members, asker } = context;
      const request = await open.transaction
        .selectFrom('join_request')
        .select(['inviter', 'processed', 'invitation'])
        .where('event_id', '=', payload.event_id)
        .where('gid', '=', gid)
        .where('uid', '=', target.uid)
        .executeTakeFirst();
      const isMine = request?.invitation === true && asker.uid === target.uid;
      if (!isMine) {
        if (!me) return refuse(CODES.userNotInGroup);
        if (!mayModerate(me)) return refuse(CODES.noPermission);
      }
      if (!request || request.invitation !== isMine) return refuse(CODES.invalidValue, NO_SUCH_REQUEST);
      if (request.processed) return refuse(CODES.requestAlreadyProcessed);
      if (members.has(target.uid)) return refuse(CODES.alreadyInGroup);
      return isMine
        ? answerInvitation(handling, context, request.inviter)
        : decide(handling, context, target, request.inviter);
    },
    [target],
  );
}

const NO_SUCH_REQUEST = 'admin_add_group_member: there is no such request to join';

async function decide(
  { services: { settings }, payload }: Handling<'admin_add_group_member'>,
  context: GroupContext,
  target: Account,
  inviter: number,
): Promise<Answer> {
  const { asker } = context;
  if (payload.result !== 0) {
    await setProcessed(context, payload.event_id);
    announceRefusal(context, target, inviter, payload);
    return success();
  }
  await setAllProcessed(context, target.uid);
  const isOwnWish = inviter === target.uid;
  const refused = isOwnWish
    ? await admitMembers(context, [target], { added: false, from: asker }, settings)
    : await admit(context, [inviter, asker.uid], [target], settings);
  return refused ?? success();
}

/** By the user who was asked. */
async function answerInvitation(
  { services, payload }: Handling<'admin_add_group_member'>,
  context: GroupContext,
  inviter: number,
): Promise<Answer> {
  const { change: open, group, asker, members } = context;
  if (payload.result !== 0) {
    await setProcessed(context, payload.event_id);
    open.emit([inviter], {
      event_type: EVENT.joinRefused,
      from: asker,
      group,
      to_usernames: [userNameOf(asker)],
      return_code: payload.result,
      description: payload.reason,
    });
    return success();
  }
  const from = members.get(inviter)?.account;
  // The inviter has left, so no member stands for it any more.
  if (!from) return refuse(CODES.invalidValue, NO_SUCH_REQUEST);
  await setAllProcessed(context, asker.uid);
  return (await admitMembers(context, [asker], { added: false, from }, services.settings)) ?? success();
}

const setProcessed = ({ change: { transaction } }: GroupContext, eventId: number) =>
  transaction.updateTable('join_request').set({ processed: true }).where('event_id', '=', eventId).execute();

/** A member needs no other request answered. */
const setAllProcessed = ({ change: { transaction }, gid }: GroupContext, uid: number) =>
  transaction
    .updateTable('join_request')
    .set({ processed: true })
    .where('gid', '=', gid)
    .where('uid', '=', uid)
    .execute();

function announceRefusal(
  context: GroupContext,
  target: Account,
  inviter: number,
  { reason, result }: Pick<RequestPayload<'admin_add_group_member'>, 'reason' | 'result'>,
): void {
  const { change: open, group, asker } = context;
  const refusal = {
    from: asker,
    group,
    to_usernames: [userNameOf(target)],
    return_code: result,
    description: reason,
  };
  open.emit([inviter, target.uid], { ...refusal, event_type: EVENT.joinRefused });
  const others = keepersOf(context).filter((uid) => uid !== asker.uid);
  if (others.length > 0) open.emit(others, { ...refusal, event_type: EVENT.joinRefusedByKeeper });
}

export async function removeMembers(handling: Handling<'del_across_group_member'>): Promise<Reply> {
  const accounts = await listed(handling);
  if (!accounts) return { answer: refuse(CODES.targetUserNotExist) };
  return inGroup(handling, async (context) => {
    const { change: open, gid, group, asker, me, members } = context;
    if (!me || !mayModerate(me)) return refuse(CODES.mayNotDeleteMembers);
    const uids = [...new Set(accounts.map(({ uid }) => uid))];
    const refused = refuseRemoval(context, uids, me.role);
    if (refused) return refused;
    await deleteMembers(open.transaction, gid, uids);
    const removed = uids.flatMap((uid) => members.get(uid) ?? []);
    open.emit(uidsOf(context), {
      event_type: EVENT.membersRemoved,
      from: asker,
      group,
      to_usernames: removed.map(({ account }) => userNameOf(account)),
    });
    return success();
  });
}

/** No member removes the owner or himself, and only the owner removes keepers. */
function refuseRemoval(
  { asker, members }: GroupContext,
  uids: readonly number[],
  role: number,
): Answer | null {
  const targets = uids.map((uid) => members.get(uid));
  if (targets.some((target) => target === undefined)) return refuse(CODES.userNotInGroup);
  const mayNot = targets.some(
    (target) =>
      target?.account.uid === asker.uid ||
      target?.role === ROLE.owner ||
      (target?.role === ROLE.keeper && role !== ROLE.owner),
  );
  return mayNot ? refuse(CODES.memberMayNotBeDeleted) : null;
}
