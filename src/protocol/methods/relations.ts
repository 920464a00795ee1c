/** Friends, blacklist, no-disturb and shields. */
import * as v from 'valibot';
import { appkey, clearable, digit, name, optional, shortText, text, users } from '../checks.js';
import { group, targetName } from './fields.js';

const versioned = { step: 'versioned' } as const;

export const RELATION_METHODS = {
  getNoDisturb: {
    ...versioned,
    params: null,
    event: 'no_disturb',
    shape: 'groups',
    cache: 'answer',
  },
  addSingleNoDisturb: {
    ...versioned,
    params: v.object(targetName),
    event: 'add_msg_no_disturb_single',
  },
  delSingleNoDisturb: {
    ...versioned,
    params: v.object(targetName),
    event: 'delete_msg_no_disturb_single',
  },
  addGroupNoDisturb: {
    ...versioned,
    params: v.object(group),
    event: 'add_msg_no_disturb_group',
  },
  delGroupNoDisturb: {
    ...versioned,
    params: v.object(group),
    event: 'delete_msg_no_disturb_group',
  },
  addGlobalNoDisturb: {
    ...versioned,
    params: null,
    event: 'add_msg_no_disturb_global',
  },
  delGlobalNoDisturb: {
    ...versioned,
    params: null,
    event: 'delete_msg_no_disturb_global',
  },
  addGroupShield: {
    params: v.object(group),
    event: 'add_msg_shield_group',
  },
  delGroupShield: {
    params: v.object(group),
    event: 'del_msg_shield_group',
  },
  groupShieldList: {
    params: null,
    event: 'list_shield_group',
    shape: 'shields',
    cache: 'answer',
  },
  getBlacks: {
    ...versioned,
    params: null,
    event: 'get_black_list',
    shape: 'users',
    cache: 'answer',
  },
  addSingleBlacks: {
    params: v.object({ member_usernames: users }),
    event: 'add_black_list',
  },
  delSingleBlacks: {
    params: v.object({ member_usernames: users }),
    event: 'del_black_list',
  },
  getFriendList: {
    params: null,
    event: 'get_friend_list',
    shape: 'friends',
    cache: 'answer',
  },
  getInvitations: {
    params: null,
    event: 'get_invitations',
    needs: 'invitations',
  },
  addFriend: {
    params: v.object({
      target_name: name,
      from_type: optional(v.pipe(digit(2), v.minValue(1)), 1),
      why: optional(shortText, ''),
      appkey: optional(appkey),
    }),
    event: 'add_friend',
  },
  acceptFriend: {
    params: v.object(targetName),
    event: 'add_friend',
    step: 'acceptFriend',
  },
  declineFriend: {
    params: v.object({ ...targetName, why: optional(shortText) }),
    event: 'add_friend',
    step: 'declineFriend',
  },
  delFriend: {
    params: v.object(targetName),
    event: 'del_friend',
  },
  updateFriendMemo: {
    params: v.object({ ...targetName, memo_name: text, memo_others: clearable(text) }),
    event: 'update_friend_memo',
  },
} as const;
