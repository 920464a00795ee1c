/** Groups and chat rooms on the wire. */
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
import { loggedIn } from './request-row.js';

const group = { gid: id };
const room = v.object({ id });
const members = loggedIn(v.object({ ...group, member_usernames: users }));
const oneMember = { ...group, target_username: name, target_appkey: optional(appkey) };
const page = loggedIn(v.object({ start: count, appkey: optional(appkey) }));
const mediaId = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

export const GROUP_REQUESTS = {
  create_group: loggedIn(
    v.object({
      group_name: v.pipe(text, v.minLength(1)),
      group_description: optional(text, ''),
      media_id: optional(mediaId),
      /** true: public. */
      is_limit: optional(flag, false),
    }),
  ),
  exit_group: loggedIn(v.object(group)),
  add_across_group_member: members,
  del_across_group_member: members,
  get_groups_list: loggedIn(v.object({})),
  get_group_info: loggedIn(v.object(group)),
  update_group_info: loggedIn(
    v.object({
      ...group,
      group_name: optional(text),
      group_description: clearable(text),
      media_id: optional(mediaId),
    }),
  ),
  get_group_members: loggedIn(v.object(group)),
  apply_join_group: loggedIn(v.object({ ...group, reason: optional(shortText, '') })),
  admin_add_group_member: loggedIn(
    v.object({
      ...group,
      event_id: id,
      from_username: name,
      from_appkey: optional(appkey),
      target_username: name,
      target_appkey: optional(appkey),
      result: digit(2),
      reason: optional(shortText, ''),
    }),
  ),
  group_mem_silence: loggedIn(v.object({ ...oneMember, keep_silence: flag })),
  add_group_keeper: members,
  del_group_keeper: members,
  change_group_admin: loggedIn(v.object(oneMember)),
  dissolve_group: loggedIn(v.object(group)),
  public_group_list: page,
  room_list: page,
  room_list_self: loggedIn(v.object({})),
  room_info: loggedIn(room),
  join_room: loggedIn(room),
  exit_room: loggedIn(room),
} as const;
