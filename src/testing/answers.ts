/** The answers of a test server, by the event of their request. A request without a row is answered with success. */
import { CODES } from '../protocol/codes/codes.js';
import type { MessageContent } from '../protocol/worker.js';
import type { Account, Group, Stored, TestData } from './data.js';

type Fields = Record<string, unknown>;

/** How a handler reaches other accounts. */
export interface Delivery {
  /** Stores a message and delivers it. @param except the socket that sent it */
  deliver(stored: Stored): void;
  event(username: string, event: Fields): void;
  receipt(stored: Stored): void;
  push(username: string, event: string, payload: Fields): void;
}

export interface Asked extends Delivery {
  data: TestData;
  self: Account;
  fields: Fields;
}

/** The code of a failure, or the fields of a success. */
type Handler = (asked: Asked) => number | Fields;

const OK: Fields = {};
const FRIEND = 5;
const UNFRIENDED = 6;
const RETRACTED = 55;

const names = ({ member_usernames }: Fields): string[] =>
  (member_usernames as { username: string }[]).map(({ username }) => username);

/** Runs with a group of which the account is a member. */
const inGroup =
  (fn: (asked: Asked, group: Group) => number | Fields): Handler =>
  (asked) => {
    const group = asked.data.groups.get(Number(asked.fields.gid));
    if (!group) return CODES.targetGroupNotExist;
    return group.members.has(asked.self.username) ? fn(asked, group) : CODES.userNotInGroup;
  };

const withUser =
  (field: string, fn: (asked: Asked, other: Account) => number | Fields): Handler =>
  (asked) => {
    const other = asked.data.accounts.get(String(asked.fields[field]));
    return other ? fn(asked, other) : CODES.userNotExist;
  };

/** Adds to a list, or removes from it. */
const listed =
  <T>(list: (self: Account) => Set<T>, of: (fields: Fields) => T[], adds: boolean): Handler =>
  ({ self, fields }) => {
    for (const value of of(fields)) {
      if (adds) list(self).add(value);
      else list(self).delete(value);
    }
    return OK;
  };

const usersOf = (data: TestData, usernames: Iterable<string>): Fields[] =>
  [...usernames].flatMap((username) => {
    const account = data.accounts.get(username);
    return account ? [data.userOf(account)] : [];
  });

const groupsOf = (data: TestData, gids: Iterable<number>): Fields[] =>
  [...gids].flatMap((gid) => {
    const group = data.groups.get(gid);
    return group ? [data.groupOf(group)] : [];
  });

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

const named = (data: TestData, usernames: readonly string[]): Fields[] =>
  usernames.map((username) => ({ username, appkey: data.appkey }));

/** Only its members may write to a group, and nobody to a user who has blocked the sender. */
function send({ data, self, fields, deliver }: Asked): number | Fields {
  const { target_id, target_gid, content, need_receipt } = fields;
  const gid = Number(target_gid ?? 0);
  const group = data.groups.get(gid);
  const other = data.accounts.get(String(target_id));
  if (gid && !group) return CODES.targetGroupNotExist;
  if (group && !group.members.has(self.username)) return CODES.userNotInGroup;
  if (group?.silenced.has(self.username)) return CODES.silenced;
  if (!gid && !other) return CODES.targetUserNotExist;
  if (other?.blocked.has(self.username)) return CODES.inBlacklist;
  const to = group ? [...group.members.keys()].filter((name) => name !== self.username) : [String(target_id)];
  const stored = data.store(self.username, to, gid, content as MessageContent, Boolean(need_receipt));
  deliver(stored);
  const { msg_id, ctime_ms } = stored.wire;
  return { msg_id, ctime_ms, ...(need_receipt ? { unread_count: to.length } : {}) };
}

function addFriend(asked: Asked, other: Account): number | Fields {
  const { data, self, fields, event } = asked;
  const { from_type, why = '' } = fields;
  const from = {
    from_username: self.username,
    from_appkey: data.appkey,
    from_uid: self.uid,
    description: why,
  };
  if (Number(from_type) !== 2) {
    if (self.friends.has(other.username)) return CODES.alreadyFriend;
    other.invitedBy.add(self.username);
    event(other.username, { event_type: FRIEND, extra: 1, ...from });
    return OK;
  }
  if (!self.invitedBy.delete(other.username)) return CODES.invitationNotValid;
  const accepts = why === '' || why === 'yes';
  if (accepts) {
    self.friends.set(other.username, { memo_name: '', memo_others: '' });
    other.friends.set(self.username, { memo_name: '', memo_others: '' });
  }
  event(other.username, { event_type: FRIEND, extra: 2, return_code: accepts ? 0 : 1, ...from });
  return OK;
}

function retract({ data, self, fields, event }: Asked): number | Fields {
  const stored = data.messages.get(Number(fields.msg_id));
  if (!stored) return CODES.messageNotExist;
  if (stored.from !== self.username) return CODES.notTheSender;
  data.messages.delete(stored.wire.msg_id);
  for (const username of [self.username, ...stored.to]) {
    event(username, {
      event_type: RETRACTED,
      type: stored.gid ? 1 : 0,
      gid: stored.gid,
      from_username: self.username,
      from_appkey: data.appkey,
      from_uid: self.uid,
      to_usernames: named(data, stored.to),
      msg_ids: [stored.wire.msg_id],
    });
  }
  return OK;
}

function conversations({ data, self }: Asked): Fields {
  const rows = new Map<string, Fields>();
  for (const { wire, from, to, gid } of data.messages.values()) {
    const peer = from === self.username ? to[0] : from;
    const account = data.accounts.get(peer ?? '');
    const group = data.groups.get(gid);
    if (
      gid
        ? !group?.members.has(self.username)
        : !account || (from !== self.username && !to.includes(self.username))
    )
      continue;
    const row = group
      ? { type: 4, key: gid, name: group.name, nickname: '', avatar: group.avatar }
      : {
          type: 3,
          key: account?.uid,
          name: peer,
          username: peer,
          nickname: account?.profile.nickname,
          avatar: account?.profile.avatar,
          memo_name: self.friends.get(peer ?? '')?.memo_name ?? '',
          memo_others: '',
        };
    rows.set(gid ? `g${gid}` : `u${peer}`, {
      ...row,
      appkey: data.appkey,
      mtime: wire.ctime_ms,
      unread_msg_count: data.unread(self.username, gid ? { gid } : { username: peer }),
      extras: {},
    });
  }
  return { conversations: [...rows.values()].sort((a, b) => Number(b.mtime) - Number(a.mtime)) };
}

function history({ data, self, fields }: Asked): Fields {
  const { before, limit } = fields as { before?: { msg_id: number }; limit: number };
  const all = data
    .conversation(self.username, fields)
    .filter(({ wire }) => !before || wire.msg_id < before.msg_id);
  return { messages: all.slice(-limit).map(({ wire }) => wire), more: all.length > limit };
}

function report({ data, self, fields, receipt }: Asked): Fields {
  for (const { msg_ids } of fields.sessions as { msg_ids: number[] }[]) {
    for (const id of msg_ids) {
      const stored = data.messages.get(id);
      if (!stored?.to.includes(self.username)) continue;
      stored.readBy.add(self.username);
      receipt(stored);
    }
  }
  return OK;
}

function readers({ data, fields }: Asked): number | Fields {
  const stored = data.messages.get(Number(fields.msg_id));
  if (!stored) return CODES.messageNotExist;
  const unread = stored.to.filter((username) => !stored.readBy.has(username));
  const lists = { read_list: usersOf(data, stored.readBy), unread_list: usersOf(data, unread) };
  return { msg_unread_list: lists };
}

function see({ data, self, fields }: Asked): Fields {
  data.see(self.username, fields);
  return OK;
}

const oneName = ({ target_name }: Fields): string[] => [String(target_name)];
const oneGid = ({ gid }: Fields): number[] => [Number(gid)];
const blocked = (self: Account) => self.blocked;
const shielded = (self: Account) => self.shielded;
const undisturbed = (self: Account) => self.undisturbed;

/** Owners and keepers change the flag of members. */
const flagged = (flag: number): Handler =>
  inGroup(({ fields }, group) => {
    for (const username of names(fields)) if (group.members.has(username)) group.members.set(username, flag);
    return OK;
  });

function leave(asked: Asked, group: Group): Fields {
  groupEvent(asked, group, { event_type: 9, to_usernames: named(asked.data, [asked.self.username]) });
  group.members.delete(asked.self.username);
  return { gid: group.gid, group_name: group.name };
}

export const HANDLERS: Readonly<Record<string, Handler>> = {
  get_across_user_info: ({ data, fields }) => {
    const account = data.accounts.get(String(fields.username));
    return account ? { user_info: data.userOf(account) } : CODES.userExists;
  },
  update_user_inf: ({ self, fields }) => {
    Object.assign(self.profile, fields);
    return OK;
  },
  update_user_pwd: ({ self, fields }) => {
    if (fields.old_pwd !== self.password) return CODES.invalidPassword;
    self.password = String(fields.new_pwd);
    return OK;
  },
  get_sessions: () => ({ sessions: [] }),
  get_conversations: conversations,
  get_history: history,
  get_upload_token: () => ({ uptoken: 'token' }),
  get_resource: ({ data, fields }) =>
    data.files.has(String(fields.media_id))
      ? { url: `http://test.invalid/${fields.media_id}` }
      : CODES.fileNotExist,
  s_across_single_text: send,
  send_group_msg: send,
  msg_retract: retract,
  msg_unread_list: readers,
  receipt_report: report,
  unread_single_count: see,
  unread_group_count: see,
  trans_msg_single: withUser('target_username', ({ data, self, fields, push }, other) => {
    const from = { from_username: self.username, from_appkey: data.appkey, from_uid: self.uid };
    push(other.username, 'trans_msg_rec', { type: 3, ...from, cmd: fields.cmd });
    return OK;
  }),
  get_friend_list: ({ data, self }) => ({
    friend_list: usersOf(data, self.friends.keys()).map((user) => ({
      ...user,
      ...self.friends.get(String(user.username)),
    })),
  }),
  add_friend: withUser('target_name', addFriend),
  del_friend: withUser('target_name', ({ data, self, event }, other) => {
    if (!self.friends.delete(other.username)) return CODES.notFriend;
    other.friends.delete(self.username);
    const from = { from_username: self.username, from_appkey: data.appkey, from_uid: self.uid };
    event(other.username, { event_type: UNFRIENDED, ...from });
    return OK;
  }),
  update_friend_memo: withUser('target_name', ({ self, fields }, other) => {
    const friend = self.friends.get(other.username);
    if (!friend) return CODES.notFriend;
    Object.assign(friend, { memo_name: fields.memo_name, memo_others: fields.memo_others ?? '' });
    return OK;
  }),
  get_black_list: ({ data, self }) => ({ black_list: usersOf(data, self.blocked) }),
  add_black_list: listed(blocked, names, true),
  del_black_list: listed(blocked, names, false),
  no_disturb: ({ data, self }) => ({
    no_disturb: { global: 0, users: usersOf(data, self.undisturbed), groups: [] },
  }),
  add_msg_no_disturb_single: listed(undisturbed, oneName, true),
  delete_msg_no_disturb_single: listed(undisturbed, oneName, false),
  list_shield_group: ({ data, self }) => ({ groups: groupsOf(data, self.shielded) }),
  add_msg_shield_group: listed(shielded, oneGid, true),
  del_msg_shield_group: listed(shielded, oneGid, false),
  create_group: (asked) => {
    const { data, self, fields } = asked;
    const { group_name, group_description = '', is_limit } = fields;
    const group = data.addGroup(
      self.username,
      String(group_name),
      String(group_description),
      Boolean(is_limit),
    );
    groupEvent(asked, group, { event_type: 8, to_usernames: named(data, [self.username]) });
    return { gid: group.gid, group_name, group_description, group_descriptin: group_description };
  },
  exit_group: inGroup(leave),
  dissolve_group: inGroup((asked, group) => {
    groupEvent(asked, group, { event_type: 9, extra: 1, to_usernames: [] });
    asked.data.groups.delete(group.gid);
    return OK;
  }),
  add_across_group_member: inGroup((asked, group) => {
    const added = names(asked.fields);
    for (const username of added) if (!asked.data.accounts.has(username)) return CODES.userNotExist;
    for (const username of added) group.members.set(username, group.members.get(username) ?? 0);
    groupEvent(asked, group, { event_type: 10, to_usernames: named(asked.data, added) });
    return OK;
  }),
  del_across_group_member: inGroup((asked, group) => {
    const removed = names(asked.fields);
    groupEvent(asked, group, { event_type: 11, to_usernames: named(asked.data, removed) });
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
    groupEvent(asked, group, { event_type: 12, to_usernames: [] });
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
  room_list: ({ fields }) => ({ result: { total: 0, start: Number(fields.start), count: 0, rooms: [] } }),
  room_list_self: () => ({ chat_rooms: [] }),
  room_info: () => CODES.chatroomNotExist,
  join_room: () => CODES.chatroomNotExist,
  exit_room: () => CODES.notInChatroom,
  send_room_msg: () => CODES.notInChatroom,
};
