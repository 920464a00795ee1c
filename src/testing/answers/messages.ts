/** Answers about messages, conversations and receipts. */
import { CODES } from '../../protocol/codes/codes.js';
import { EVENT, type MessageContent } from '../../protocol/worker.js';
import { type Asked, type Fields, type Handlers, named, OK, usersOf, withUser } from './handler.js';

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

function retract({ data, self, fields, event }: Asked): number | Fields {
  const stored = data.messages.get(Number(fields.msg_id));
  if (!stored) return CODES.messageNotExist;
  if (stored.from !== self.username) return CODES.notTheSender;
  data.messages.delete(stored.wire.msg_id);
  for (const username of [self.username, ...stored.to]) {
    event(username, {
      event_type: EVENT.retracted,
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

/** By event. */
export const MESSAGES: Handlers = {
  get_conversations: conversations,
  get_history: history,
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
};
