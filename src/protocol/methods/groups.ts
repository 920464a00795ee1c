/** Groups: made, changed, joined, left, kept in order. */
import * as v from 'valibot';
import {
  appkey,
  clearable,
  count,
  digit,
  flag,
  id,
  name,
  optional,
  shortText,
  text,
  users,
} from '../checks.js';
import type { Group, GroupMember } from '../payloads.js';
import { file, group, targetUser } from './fields.js';
import { typeOf } from './table.js';

/** Answers of `createGroup`. The misprint is the documents' own. */
export interface CreatedGroup {
  gid: number;
  group_name: string;
  group_descriptin: string;
  group_description: string;
}

const members = v.object({ ...group, member_usernames: users });
const oneMember = v.object({ ...group, ...targetUser });

const plain = { needs: 'login', step: 'plain', answer: typeOf() } as const;

export const GROUP_METHODS = {
  createGroup: {
    ...plain,
    params: v.object({
      group_name: v.pipe(text, v.minLength(1)),
      group_description: optional(text, ''),
      avatar: optional(file),
      is_limit: optional(flag, false),
    }),
    event: 'create_group',
    step: 'group',
    upload: { field: 'avatar', type: 'image' },
    answer: typeOf<CreatedGroup>(),
  },
  exitGroup: {
    ...plain,
    params: v.object(group),
    event: 'exit_group',
    answer: typeOf<{ gid: number; group_name: string }>(),
  },
  addGroupMembers: {
    ...plain,
    params: members,
    event: 'add_across_group_member',
  },
  delGroupMembers: {
    ...plain,
    params: members,
    event: 'del_across_group_member',
  },
  getGroups: {
    ...plain,
    params: null,
    event: 'get_groups_list',
    shape: 'groups',
    cache: 'answer',
    answer: typeOf<{ group_list: Group[] }>(),
  },
  getGroupInfo: {
    ...plain,
    params: v.object(group),
    event: 'get_group_info',
    shape: 'groups',
    cache: 'answer',
    answer: typeOf<{ group_info: Group }>(),
  },
  updateGroupInfo: {
    ...plain,
    params: v.object({
      ...group,
      group_name: optional(text),
      group_description: clearable(text),
      avatar: optional(file),
    }),
    event: 'update_group_info',
    step: 'group',
    upload: { field: 'avatar', type: 'image' },
  },
  getGroupMembers: {
    ...plain,
    params: v.object(group),
    event: 'get_group_members',
    shape: 'members',
    cache: 'answer',
    answer: typeOf<{ member_list: GroupMember[] }>(),
  },
  joinGroup: {
    ...plain,
    params: v.object({ ...group, reason: optional(shortText, '') }),
    event: 'apply_join_group',
  },
  addGroupMemberResp: {
    ...plain,
    params: v.object({
      ...group,
      event_id: id,
      from_username: name,
      from_appkey: optional(appkey),
      target_username: name,
      target_appkey: optional(appkey),
      result: digit(2),
      reason: optional(shortText, ''),
    }),
    event: 'admin_add_group_member',
  },
  addGroupMemSilence: {
    ...plain,
    params: oneMember,
    event: 'group_mem_silence',
    step: 'silence',
    sets: true,
  },
  delGroupMemSilence: {
    ...plain,
    params: oneMember,
    event: 'group_mem_silence',
    step: 'silence',
    sets: false,
  },
  addGroupKeeper: {
    ...plain,
    params: members,
    event: 'add_group_keeper',
  },
  delGroupKeeper: {
    ...plain,
    params: members,
    event: 'del_group_keeper',
  },
  changeGroupAdmin: {
    ...plain,
    params: oneMember,
    event: 'change_group_admin',
  },
  dissolveGroup: {
    ...plain,
    params: v.object(group),
    event: 'dissolve_group',
  },
  getAppkeyPublicGroups: {
    ...plain,
    params: v.object({ start: count, appkey: optional(appkey) }),
    event: 'public_group_list',
    shape: 'groups',
    answer: typeOf<{ result: { total: number; start: number; groups: Group[] } }>(),
  },
} as const;
