/** Friends, blacklist, no-disturb, shields: what stands between oneself and others. */
import * as v from 'valibot';
import { appkey, clearable, digit, name, optional, shortText, text, users } from '../checks.js';
import type { Friend, Group, NoDisturb, UserInfo } from '../payloads.js';
import { group, targetName } from './fields.js';
import { typeOf } from './table.js';

const plain = { needs: 'login', step: 'plain', answer: typeOf() } as const;
const versioned = { needs: 'login', step: 'versioned', answer: typeOf() } as const;
const answering = { needs: 'login', event: 'add_friend', step: 'friendAnswer', answer: typeOf() } as const;

export const RELATION_METHODS = {
  getNoDisturb: {
    ...versioned,
    params: null,
    event: 'no_disturb',
    shape: 'groups',
    cache: 'answer',
    answer: typeOf<{ no_disturb: NoDisturb }>(),
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
    ...plain,
    params: v.object(group),
    event: 'add_msg_shield_group',
  },
  delGroupShield: {
    ...plain,
    params: v.object(group),
    event: 'del_msg_shield_group',
  },
  groupShieldList: {
    ...plain,
    params: null,
    event: 'list_shield_group',
    shape: 'shields',
    cache: 'answer',
    answer: typeOf<{ group_list: Group[]; groups: Group[] }>(),
  },
  getBlacks: {
    ...versioned,
    params: null,
    event: 'get_black_list',
    shape: 'users',
    cache: 'answer',
    answer: typeOf<{ black_list: UserInfo[] }>(),
  },
  addSingleBlacks: {
    ...plain,
    params: v.object({ member_usernames: users }),
    event: 'add_black_list',
  },
  delSingleBlacks: {
    ...plain,
    params: v.object({ member_usernames: users }),
    event: 'del_black_list',
  },
  getFriendList: {
    ...plain,
    params: null,
    event: 'get_friend_list',
    shape: 'friends',
    cache: 'answer',
    answer: typeOf<{ friend_list: Friend[] }>(),
  },
  addFriend: {
    ...plain,
    params: v.object({
      target_name: name,
      from_type: optional(v.pipe(digit(2), v.minValue(1)), 1),
      why: optional(shortText, ''),
      appkey: optional(appkey),
    }),
    event: 'add_friend',
  },
  acceptFriend: {
    ...answering,
    params: v.object(targetName),
    sets: true,
  },
  declineFriend: {
    ...answering,
    params: v.object({ ...targetName, why: optional(shortText) }),
    sets: false,
  },
  delFriend: {
    ...plain,
    params: v.object(targetName),
    event: 'del_friend',
  },
  updateFriendMemo: {
    ...plain,
    params: v.object({ ...targetName, memo_name: text, memo_others: clearable(text) }),
    event: 'update_friend_memo',
  },
} as const;
