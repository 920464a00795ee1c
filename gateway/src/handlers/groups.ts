/** Requests about groups: create, read, change, leave and dissolve. */
import { CODES, EVENT, EVENT_EXTRA, type RequestPayload } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Settings } from '../config.js';
import type { Reply } from '../connection/request.js';
import { isStorableName, userNameOf } from '../store/accounts.js';
import {
  deleteGroup,
  deleteMembers,
  groupCounts,
  insertGroup,
  insertMembers,
  ROLE,
  type Roster,
  updateMembers,
  wireGroup,
  wireMember,
} from '../store/groups.js';
import { asMember, type GroupContext, mayModerate, uidsOf } from './group-guards.js';
import { refuseAvatar } from './media.js';
import { change, type Handling, sessionOf } from './types.js';

export async function createGroup(handling: Handling<'create_group'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const creator = sessionOf(connection).account;
  const refused = refuseTexts(payload, services.settings);
  if (refused) return { answer: refused };
  const { group_name, group_description, media_id, is_limit } = payload;
  return change(handling, async ({ transaction, nowMs, messageMark, emit }) => {
    const refusedAvatar = await refuseAvatar({ transaction }, creator.uid, media_id);
    if (refusedAvatar) return refusedAvatar;
    const [counts] = await groupCounts(transaction, [creator.uid]);
    if ((counts?.own ?? 0) >= services.settings.groupsOfUser) return refuse(CODES.tooManyGroups);
    const gid = await insertGroup(transaction, {
      appkey: creator.appkey,
      name: group_name,
      description: group_description,
      avatar: media_id ?? '',
      is_public: is_limit,
      ctime: Math.floor(nowMs / 1_000),
    });
    const uids = [creator.uid];
    await insertMembers(transaction, {
      gid,
      uids,
      role: ROLE.owner,
      added: false,
      joinedMsgId: await messageMark(),
      nowMs,
    });
    emit(uids, {
      event_type: EVENT.groupCreated,
      from: creator,
      group: { gid, name: group_name, avatar: media_id ?? '' },
      to_usernames: [userNameOf(creator)],
    });
    // The second description is the documents' misprint, which applications read.
    return success({ gid, group_name, group_description, group_descriptin: group_description });
  });
}

type Texts = Pick<RequestPayload<'update_group_info'>, 'group_name' | 'group_description'>;

function refuseTexts(
  texts: Texts,
  limits: Pick<Settings, 'groupNameBytes' | 'groupDescriptionBytes'>,
): Answer | null {
  const { group_name = '', group_description = '' } = texts;
  if (Buffer.byteLength(group_name) > limits.groupNameBytes) return refuse(CODES.groupNameTooLong);
  if (Buffer.byteLength(group_description) > limits.groupDescriptionBytes) {
    return refuse(CODES.groupDescriptionTooLong);
  }
  return [group_name, group_description].every(isStorableName)
    ? null
    : refuse(CODES.invalidValue, 'a text of the group has characters that cannot be stored');
}

export async function exitGroup(handling: Handling<'exit_group'>): Promise<Reply> {
  return asMember(handling, async (context) => {
    const { change: open, gid, group, asker, me, members } = context;
    const answer = success({ gid, group_name: group.name });
    const others = uidsOf(context).filter((uid) => uid !== asker.uid);
    const heir = members.get(others[0] ?? 0);
    if (!heir) {
      await deleteGroup(open.transaction, context);
      announceEnd(context, context);
      return answer;
    }
    await deleteMembers(open.transaction, gid, [asker.uid]);
    const left = { event_type: EVENT.left, from: asker, group, to_usernames: [userNameOf(asker)] };
    if (me.role !== ROLE.owner) {
      open.emit(others, left);
      return answer;
    }
    // The members are in the order of joining, so the one who joined first becomes the owner.
    const fields = { role: ROLE.owner, silenced: false };
    await updateMembers(open.transaction, gid, [heir.account.uid], fields, open.nowMs);
    const new_owner = { ...userNameOf(heir.account) };
    open.emit([asker.uid, ...others], { ...left, more: { new_owner } });
    return answer;
  });
}

export async function dissolveGroup(handling: Handling<'dissolve_group'>): Promise<Reply> {
  return asMember(handling, async (context) => {
    if (context.me.role !== ROLE.owner) return refuse(CODES.notAdmin);
    await deleteGroup(context.change.transaction, context);
    announceEnd(context, context);
    return success();
  });
}

function announceEnd({ change: open, group, asker }: GroupContext, roster: Roster): void {
  open.emit(uidsOf(roster), {
    event_type: EVENT.left,
    from: asker,
    group,
    to_usernames: [userNameOf(asker)],
    extra: EVENT_EXTRA.dissolved,
  });
}

export async function updateGroupInfo(handling: Handling<'update_group_info'>): Promise<Reply> {
  const { services, payload } = handling;
  const refused = refuseTexts(payload, services.settings);
  if (refused) return { answer: refused };
  return asMember(handling, async (context) => {
    const { change: open, gid, group, asker, me } = context;
    if (!mayModerate(me)) return refuse(CODES.noPermission);
    const refusedAvatar = await refuseAvatar(open, asker.uid, payload.media_id);
    if (refusedAvatar) return refusedAvatar;
    const changed = await open.transaction
      .updateTable('chat_group')
      .set({
        name: payload.group_name ?? group.name,
        description: payload.group_description ?? group.description,
        avatar: payload.media_id ?? group.avatar,
        mtime: Math.floor(open.nowMs / 1_000),
      })
      .where('gid', '=', gid)
      .returning(['gid', 'name', 'avatar'])
      .executeTakeFirstOrThrow();
    open.emit(uidsOf(context), {
      event_type: EVENT.groupChanged,
      from: asker,
      group: changed,
      to_usernames: [userNameOf(asker)],
    });
    return success();
  });
}

export async function getGroups({ services, connection }: Handling<'get_groups_list'>): Promise<Reply> {
  const groups = await services.store.groups.ofMember(sessionOf(connection).account.uid);
  return { answer: success({ group_list: groups.map(wireGroup) }) };
}

/** Everybody may read a public group. A private one shows not even its name to others than its members. */
export async function getGroupInfo(handling: Handling<'get_group_info'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { groups } = services.store;
  const group = await groups.find(payload.gid);
  const { uid, appkey } = sessionOf(connection).account;
  const isMember = group !== undefined && (await groups.isMember(group.gid, uid));
  if (!group || !(isMember || services.reach.reaches(appkey, group.appkey))) {
    return { answer: refuse(CODES.userExists, 'get_group_info: there is no such group') };
  }
  const visible = group.is_public || isMember;
  return { answer: visible ? success({ group_info: wireGroup(group) }) : refuse(CODES.userNotInGroup) };
}

/** Everybody may list the members of a public group, because users look at a group before they join it. */
export async function getGroupMembers(handling: Handling<'get_group_members'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const roster = await services.store.groups.roster(payload.gid);
  if (!roster) return { answer: refuse(CODES.targetGroupNotExist) };
  const { group, members } = roster;
  if (!group.is_public && !members.has(sessionOf(connection).account.uid)) {
    return { answer: refuse(CODES.userNotInGroup) };
  }
  return { answer: success({ member_list: [...members.values()].map(wireMember) }) };
}

export async function getPublicGroups(handling: Handling<'public_group_list'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { appkey: own } = sessionOf(connection).account;
  const { start, appkey = own } = payload;
  if (!services.reach.reaches(own, appkey)) return { answer: refuse(CODES.appkeyNotExist) };
  const { total, groups } = await services.store.groups.publicOf(appkey, start, services.settings.pageRows);
  return { answer: success({ result: { total, start, groups: groups.map(wireGroup) } }) };
}
