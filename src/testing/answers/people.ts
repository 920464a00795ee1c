/** Answers about friends and the lists of an account. */
import { CODES } from '../../protocol/codes/codes.js';
import { EVENT, EVENT_EXTRA } from '../../protocol/worker.js';
import type { Account, TestData } from '../data.js';
import {
  type Asked,
  type Fields,
  type Handler,
  type Handlers,
  names,
  OK,
  usersOf,
  withUser,
} from './handler.js';

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

const groupsOf = (data: TestData, gids: Iterable<number>): Fields[] =>
  [...gids].flatMap((gid) => {
    const group = data.groups.get(gid);
    return group ? [data.groupOf(group)] : [];
  });

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
    const invitation = { event_type: EVENT.invitation, extra: EVENT_EXTRA.invites, ...from };
    other.invitedBy.set(self.username, event(other.username, invitation));
    return OK;
  }
  if (!self.invitedBy.delete(other.username)) return CODES.invitationNotValid;
  const accepts = why === '' || why === 'yes';
  if (accepts) {
    self.friends.set(other.username, { memo_name: '', memo_others: '' });
    other.friends.set(self.username, { memo_name: '', memo_others: '' });
  }
  event(other.username, {
    event_type: EVENT.invitation,
    extra: EVENT_EXTRA.answers,
    return_code: accepts ? 0 : 1,
    ...from,
  });
  return OK;
}

const oneName = ({ target_name }: Fields): string[] => [String(target_name)];
const oneGid = ({ gid }: Fields): number[] => [Number(gid)];
const blocked = (self: Account) => self.blocked;
const shielded = (self: Account) => self.shielded;
const undisturbed = (self: Account) => self.undisturbed;

/** By event. */
export const PEOPLE: Handlers = {
  get_friend_list: ({ data, self }) => ({
    friend_list: usersOf(data, self.friends.keys()).map((user) => ({
      ...user,
      ...self.friends.get(String(user.username)),
    })),
  }),
  get_invitations: ({ self }) => ({ events: [...self.invitedBy.values()] }),
  add_friend: withUser('target_name', addFriend),
  del_friend: withUser('target_name', ({ data, self, event }, other) => {
    if (!self.friends.delete(other.username)) return CODES.notFriend;
    other.friends.delete(self.username);
    const from = { from_username: self.username, from_appkey: data.appkey, from_uid: self.uid };
    event(other.username, { event_type: EVENT.unfriended, ...from });
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
};
