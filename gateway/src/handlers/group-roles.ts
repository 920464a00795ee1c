/** Order in a group: silence, keepers, and who owns it. */

import { CODES, EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { userNameOf } from '../store/accounts.js';
import { ROLE, updateMembers } from '../store/groups.js';
import { asMember, type GroupContext, mayModerate, uidsOf } from './group-guards.js';
import { listed } from './group-members.js';
import { findUser } from './targets.js';
import type { Handling } from './types.js';

export async function silenceMember(handling: Handling<'group_mem_silence'>): Promise<Reply> {
  const { keep_silence, target_username, target_appkey } = handling.payload;
  const account = await findUser(handling, target_username, target_appkey);
  if (!account) return { answer: refuse(CODES.targetUserNotExist) };
  const { uid } = account;
  return asMember(handling, async (context) => {
    const { change: open, gid, group, asker, me, members } = context;
    const target = members.get(uid);
    if (!mayModerate(me)) return refuse(CODES.noPermission);
    if (!target) return refuse(CODES.userNotInGroup);
    const isAbove = target.role === ROLE.owner || (target.role === ROLE.keeper && me.role !== ROLE.owner);
    if (isAbove) return refuse(CODES.noPermission);
    if (target.silenced === keep_silence) return success();
    await updateMembers(open.transaction, gid, [uid], { silenced: keep_silence }, open.nowMs);
    open.emit(uidsOf(context), {
      event_type: EVENT.silence,
      from: asker,
      group,
      to_usernames: [userNameOf(account)],
      extra: keep_silence ? EVENT_EXTRA.on : EVENT_EXTRA.off,
    });
    return success();
  });
}

export const addKeepers = (handling: Handling<'add_group_keeper'>): Promise<Reply> =>
  setKeepers(handling, true);
export const removeKeepers = (handling: Handling<'del_group_keeper'>): Promise<Reply> =>
  setKeepers(handling, false);

async function setKeepers(
  handling: Handling<'add_group_keeper' | 'del_group_keeper'>,
  keepers: boolean,
): Promise<Reply> {
  const accounts = await listed(handling);
  if (!accounts) return { answer: refuse(CODES.targetUserNotExist) };
  return asMember(handling, async (context) => {
    const { me, members } = context;
    if (me.role !== ROLE.owner) return refuse(CODES.notAdmin);
    const uids = new Set(accounts.map(({ uid }) => uid));
    if ([...uids].some((uid) => !members.has(uid))) return refuse(CODES.userNotInGroup);
    if (uids.has(me.account.uid)) return refuse(CODES.invalidValue, 'the owner cannot be a keeper');
    const had = [...members.values()].filter(({ role }) => role === ROLE.keeper);
    const changed = [...uids].filter((uid) => (members.get(uid)?.role === ROLE.keeper) !== keepers);
    if (keepers && had.length + changed.length > handling.services.settings.groupKeepers) {
      return refuse(CODES.numberExceedsLimit);
    }
    if (changed.length > 0) await applyKeepers(context, changed, keepers);
    return success();
  });
}

async function applyKeepers(context: GroupContext, uids: readonly number[], keepers: boolean): Promise<void> {
  const { change: open, gid, group, asker, members } = context;
  const role = keepers ? ROLE.keeper : ROLE.member;
  await updateMembers(open.transaction, gid, uids, { role }, open.nowMs);
  open.emit(uidsOf(context), {
    event_type: EVENT.keepers,
    from: asker,
    group,
    to_usernames: uids.flatMap((uid) => members.get(uid) ?? []).map(({ account }) => userNameOf(account)),
    extra: keepers ? EVENT_EXTRA.on : EVENT_EXTRA.off,
  });
}

export async function changeOwner(handling: Handling<'change_group_admin'>): Promise<Reply> {
  const account = await findUser(handling, handling.payload.target_username, handling.payload.target_appkey);
  if (!account) return { answer: refuse(CODES.targetUserNotExist) };
  const { uid } = account;
  return asMember(handling, async (context) => {
    const { change: open, gid, group, asker, me, members } = context;
    const target = members.get(uid);
    if (me.role !== ROLE.owner) return refuse(CODES.notAdmin);
    if (!target) return refuse(CODES.userNotInGroup);
    if (uid === asker.uid) return refuse(CODES.invalidValue, 'the group is yours already');
    await updateMembers(open.transaction, gid, [asker.uid], { role: ROLE.member }, open.nowMs);
    await updateMembers(open.transaction, gid, [uid], { role: ROLE.owner, silenced: false }, open.nowMs);
    open.emit(uidsOf(context), {
      event_type: EVENT.owner,
      from: asker,
      group,
      to_usernames: [userNameOf(account)],
      more: { new_owner: { ...userNameOf(account) } },
    });
    return success();
  });
}
