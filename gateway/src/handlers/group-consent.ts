/** Consent of users whom others put into a group: never by somebody whom they have blacklisted, and, by a setting, only when asked. */
import { CODES, EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { type Answer, refuse } from '../answers.js';
import type { Settings } from '../config.js';
import { type Account, userNameOf } from '../store/accounts.js';
import { ROLE } from '../store/groups.js';
import { admitMembers, type GroupContext, recentRequests, recordRequest } from './group-guards.js';

/** Values of the setting `groupConsent`. */
const ASK = { strangers: 1, everybody: 2 } as const;

/**
 * Puts accounts into the group for those who want it: `adders`, who asks first among them.
 * @returns the refusal, if they cannot be
 */
export async function admit(
  context: GroupContext,
  adders: readonly number[],
  candidates: readonly Account[],
  settings: Settings,
): Promise<Answer | null> {
  const uids = candidates.map(({ uid }) => uid);
  const owner = [...context.members.values()].find(({ role }) => role === ROLE.owner);
  const unwelcome = [...adders, ...(owner ? [owner.account.uid] : [])];
  if (await isBlocked(context, uids, unwelcome)) return refuse(CODES.inBlacklist);
  if (context.members.size + uids.length > settings.groupMembers) return refuse(CODES.numberExceedsLimit);
  const asked = new Set(await toBeAsked(context, adders, uids, settings.groupConsent));
  const atOnce = candidates.filter(({ uid }) => !asked.has(uid));
  const refused =
    atOnce.length > 0
      ? await admitMembers(context, atOnce, { added: true, from: context.asker }, settings)
      : null;
  if (refused || asked.size === 0) return refused;
  const invited = candidates.filter(({ uid }) => asked.has(uid));
  return invite(context, invited, settings.joinRequestIntervalMs);
}

/** Whether one of the users has one of the others in the blacklist. */
async function isBlocked(
  { change: { transaction } }: GroupContext,
  uids: readonly number[],
  others: readonly number[],
): Promise<boolean> {
  const row = await transaction
    .selectFrom('listed')
    .select('uid')
    .where('list', '=', 'black')
    .where('uid', 'in', uids)
    .where('target', 'in', others)
    .executeTakeFirst();
  return row !== undefined;
}

async function toBeAsked(
  { change: { transaction } }: GroupContext,
  adders: readonly number[],
  uids: readonly number[],
  consent: number,
): Promise<readonly number[]> {
  if (consent === ASK.everybody) return uids;
  if (consent !== ASK.strangers) return [];
  const friends = await transaction
    .selectFrom('friend')
    .select('uid')
    .where('uid', 'in', uids)
    .where('friend', 'in', adders)
    .execute();
  const known = new Set(friends.map(({ uid }) => uid));
  return uids.filter((uid) => !known.has(uid));
}

/** Each answers for himself by `admin_add_group_member`, as a keeper does for others. */
async function invite(
  context: GroupContext,
  invited: readonly Account[],
  intervalMs: number,
): Promise<Answer | null> {
  const { change: open, gid, group, asker } = context;
  const again = await recentRequests(context, invited, intervalMs)
    .where('invitation', '=', true)
    .executeTakeFirst();
  if (again) return refuse(CODES.beyondFrequencyLimit, 'they have just been asked: wait a minute');
  for (const account of invited) {
    const event = {
      event_type: EVENT.joinRequest,
      from: asker,
      group,
      to_usernames: [userNameOf(account)],
      extra: EVENT_EXTRA.byMember,
      description: '',
    };
    const request = { gid, inviter: asker.uid, uid: account.uid, invitation: true };
    open.emit([account.uid], event, { record: recordRequest(open, request) });
  }
  return null;
}
