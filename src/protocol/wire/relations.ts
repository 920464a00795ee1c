/** Friends, blacklist, no-disturb and shields on the wire. */
import * as v from 'valibot';
import { appkey, clearable, count, digit, id, name, optional, shortText, text, users } from '../checks.js';
import { loggedIn } from './request-row.js';

/** The version of the client's list; 0 for none. */
const version = { version: optional(count, 0) };
const noDisturbUser = loggedIn(v.object({ target_name: name, appkey: optional(appkey), ...version }));
const noDisturbGroup = loggedIn(v.object({ gid: id, ...version }));
const noDisturbGlobal = loggedIn(v.object(version));
const group = loggedIn(v.object({ gid: id }));
const members = loggedIn(v.object({ member_usernames: users }));

export const RELATION_REQUESTS = {
  no_disturb: noDisturbGlobal,
  add_msg_no_disturb_single: noDisturbUser,
  delete_msg_no_disturb_single: noDisturbUser,
  add_msg_no_disturb_group: noDisturbGroup,
  delete_msg_no_disturb_group: noDisturbGroup,
  add_msg_no_disturb_global: noDisturbGlobal,
  delete_msg_no_disturb_global: noDisturbGlobal,
  add_msg_shield_group: group,
  del_msg_shield_group: group,
  list_shield_group: loggedIn(v.object({})),
  get_black_list: loggedIn(v.object({})),
  add_black_list: members,
  del_black_list: members,
  get_friend_list: loggedIn(v.object({})),
  /** The answer has `events[]`: events 5 and 56 that wait for an answer of the account. An addition of servers with `invitations`. */
  get_invitations: loggedIn(v.object({})),
  /** `from_type` 1 invites; 2 answers: `why` 'yes' or empty accepts, anything else declines. */
  add_friend: loggedIn(
    v.object({
      target_name: name,
      from_type: optional(digit(2), 1),
      why: optional(shortText, ''),
      appkey: optional(appkey),
    }),
  ),
  del_friend: loggedIn(v.object({ target_name: name, appkey: optional(appkey) })),
  update_friend_memo: loggedIn(
    v.object({
      target_name: name,
      appkey: optional(appkey),
      memo_name: text,
      memo_others: clearable(text),
    }),
  ),
} as const;
