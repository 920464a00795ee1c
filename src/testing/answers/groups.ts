/** Answers about groups. */
import { CODES } from '../../protocol/codes/codes.js';
import { EVENT, EVENT_EXTRA } from '../../protocol/worker.js';
import type { Group } from '../data.js';
import {
  type Asked,
  type Fields,
  type Handler,
  type Handlers,
  inGroup,
  named,
  names,
  OK,
  usersOf,
} from './handler.js';

function groupEvent(
  { data, self, event }: Asked,
  group: Group,
  fields: Fields,
  to = group.members.keys(),
): void {
  const about = {
    from_username: self.username,
    from_appkey: data.appkey,
    from_uid: self.uid,
    gid: group.gid,
  };
  for (const username of [...to]) event(username, { ...about, ...fields });
}

/** Owners and keepers change the flag of members. */
const flagged = (flag: number): Handler =>
  inGroup(({ fields }, group) => {
    for (const username of names(fields)) if (group.members.has(username)) group.members.set(username, flag);
    return OK;
  });

function leave(asked: Asked, group: Group): Fields {
  groupEvent(asked, group, {
    event_type: EVENT.left,
    to_usernames: named(asked.data, [asked.self.username]),
  });
  group.members.delete(asked.self.username);
  return { gid: group.gid, group_name: group.name };
}

/** By event. */
export const GROUPS: Handlers = {
  create_group: (asked) => {
    const { data, self, fields } = asked;
    const { group_name, group_description = '', is_limit } = fields;
    const group = data.addGroup(
      self.username,
      String(group_name),
      String(group_description),
      Boolean(is_limit),
    );
    groupEvent(asked, group, { event_type: EVENT.groupCreated, to_usernames: named(data, [self.username]) });
    return { gid: group.gid, group_name, group_description, group_descriptin: group_description };
  },
  exit_group: inGroup(leave),
  dissolve_group: inGroup((asked, group) => {
    groupEvent(asked, group, { event_type: EVENT.left, extra: EVENT_EXTRA.dissolved, to_usernames: [] });
    asked.data.groups.delete(group.gid);
    return OK;
  }),
  add_across_group_member: inGroup((asked, group) => {
    const added = names(asked.fields);
    for (const username of added) if (!asked.data.accounts.has(username)) return CODES.userNotExist;
    for (const username of added) group.members.set(username, group.members.get(username) ?? 0);
    groupEvent(asked, group, { event_type: EVENT.membersAdded, to_usernames: named(asked.data, added) });
    return OK;
  }),
  del_across_group_member: inGroup((asked, group) => {
    const removed = names(asked.fields);
    groupEvent(asked, group, { event_type: EVENT.membersRemoved, to_usernames: named(asked.data, removed) });
    for (const username of removed) group.members.delete(username);
    return OK;
  }),
  get_groups_list: ({ data, self }) => ({
    group_list: [...data.groups.values()]
      .filter(({ members }) => members.has(self.username))
      .map((group) => data.groupOf(group)),
  }),
  get_group_info: ({ data, fields }) => {
    const group = data.groups.get(Number(fields.gid));
    return group ? { group_info: data.groupOf(group) } : CODES.userExists;
  },
  update_group_info: inGroup((asked, group) => {
    const { group_name = group.name, group_description = group.desc, media_id = group.avatar } = asked.fields;
    Object.assign(group, { name: group_name, desc: group_description, avatar: media_id });
    groupEvent(asked, group, { event_type: EVENT.groupChanged, to_usernames: [] });
    return OK;
  }),
  get_group_members: inGroup(({ data }, group) => ({
    member_list: usersOf(data, group.members.keys()).map((user) => ({
      ...user,
      flag: group.members.get(String(user.username)),
      keep_silence: group.silenced.has(String(user.username)),
    })),
  })),
  group_mem_silence: inGroup(({ fields }, group) => {
    const username = String(fields.target_username);
    if (fields.keep_silence) group.silenced.add(username);
    else group.silenced.delete(username);
    return OK;
  }),
  add_group_keeper: flagged(2),
  del_group_keeper: flagged(0),
  public_group_list: ({ data, fields }) => {
    const groups = [...data.groups.values()].filter(({ isPublic }) => isPublic);
    const start = Number(fields.start);
    return {
      result: {
        total: groups.length,
        start,
        groups: groups.slice(start).map((group) => data.groupOf(group)),
      },
    };
  },
};
