/** Groups: creation, changes, members, roles. */
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
import { file, group, targetUser } from './fields.js';

const members = v.object({ ...group, member_usernames: users });
const oneMember = v.object({ ...group, ...targetUser });

export const GROUP_METHODS = {
  createGroup: {
    params: v.object({
      group_name: v.pipe(text, v.minLength(1)),
      group_description: optional(text, ''),
      avatar: optional(file),
      is_limit: optional(flag, false),
    }),
    event: 'create_group',
    step: 'group',
    upload: { field: 'avatar', type: 'image' },
  },
  exitGroup: {
    params: v.object(group),
    event: 'exit_group',
  },
  addGroupMembers: {
    params: members,
    event: 'add_across_group_member',
  },
  delGroupMembers: {
    params: members,
    event: 'del_across_group_member',
  },
  getGroups: {
    params: null,
    event: 'get_groups_list',
    shape: 'groups',
    cache: 'answer',
  },
  getGroupInfo: {
    params: v.object(group),
    event: 'get_group_info',
    shape: 'groups',
    cache: 'answer',
  },
  updateGroupInfo: {
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
    params: v.object(group),
    event: 'get_group_members',
    shape: 'members',
    cache: 'answer',
  },
  joinGroup: {
    params: v.object({ ...group, reason: optional(shortText, '') }),
    event: 'apply_join_group',
  },
  addGroupMemberResp: {
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
    params: oneMember,
    event: 'group_mem_silence',
    step: 'silence',
  },
  delGroupMemSilence: {
    params: oneMember,
    event: 'group_mem_silence',
    step: 'unsilence',
  },
  addGroupKeeper: {
    params: members,
    event: 'add_group_keeper',
  },
  delGroupKeeper: {
    params: members,
    event: 'del_group_keeper',
  },
  changeGroupAdmin: {
    params: oneMember,
    event: 'change_group_admin',
  },
  dissolveGroup: {
    params: v.object(group),
    event: 'dissolve_group',
  },
  getAppkeyPublicGroups: {
    params: v.object({ start: count, appkey: optional(appkey) }),
    event: 'public_group_list',
    shape: 'groups',
  },
} as const;
