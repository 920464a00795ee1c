/** Converts a server's answer, by the shape that the method's row names, if the API's fields differ from the wire's. */

import { GROUP, type Shape } from '../../protocol/worker.js';
import type { Answer } from '../connection/request.js';
import { isObject } from '../util/read-answer.js';

type Row = Record<string, unknown>;

export const ANSWER_SHAPES: Record<Shape, (answer: Answer) => Answer> = {
  groups: (answer) => ({
    ...answer,
    ...mapped(answer, 'group_list', group),
    ...(isObject(answer.no_disturb) && {
      no_disturb: { ...answer.no_disturb, ...mapped(answer.no_disturb, 'groups', groupType) },
    }),
    ...(isObject(answer.group_info) && { group_info: group(answer.group_info) }),
    ...(isObject(answer.result) && {
      result: { ...answer.result, ...mapped(answer.result, 'groups', group) },
    }),
  }),
  members: (answer) => ({ ...answer, ...mapped(answer, 'member_list', member) }),
  shields: (answer) => {
    // The documents have one name, V2's service and the vendor's application the other.
    const { groups } = mapped({ groups: answer.groups ?? answer.group_list }, 'groups', group);
    return { ...answer, ...(groups && { groups, group_list: groups }) };
  },
  friends: (answer) => ({ ...answer, ...mapped(answer, 'friend_list', friend) }),
  users: (answer) => ({
    ...answer,
    ...mapped(answer, 'black_list', user),
    ...(isObject(answer.user_info) && { user_info: user(answer.user_info) }),
  }),
  conversations: (answer) => ({ ...answer, ...mapped(answer, 'conversations', conversation) }),
};

/** Converts the rows of a list, if the answer has it. */
function mapped(answer: Row, field: string, shape: (row: Row) => Row): Record<string, Row[]> {
  const list = answer[field];
  return Array.isArray(list) ? { [field]: list.filter(isObject).map(shape) } : {};
}

/** The wire's `flag` of a group is the API's `group_type`. */
const groupType = ({ flag, ...rest }: Row): Row => ({
  ...(flag !== undefined && { group_type: flag }),
  ...rest,
});
const group = (row: Row): Row => ({ avatar: '', group_type: 0, ...groupType(row) });

/** The API does not show a user's `uid`. */
const user = ({ uid: _uid, ...rest }: Row): Row => rest;

/** Nor does it show the time of a member's profile. */
const member = ({ mtime: _mtime, ...row }: Row): Row => user(row);

/** Nor that of a conversation's peer. Servers name a group by its key alone. */
const conversation = ({ utime: _utime, ...rest }: Row): Row =>
  rest.type === GROUP ? { gid: rest.key, ...rest } : rest;

/** The documents have both spellings. */
const friend = (row: Row): Row => ({ ...user(row), memo_nam: row.memo_nam ?? row.memo_name ?? '' });
