/** The named shapes of the method table: what a server's answer becomes where the API's fields differ from the wire's. */

import type { Shape } from '../protocol/worker.js';
import { isObject } from './answers.js';
import type { Answer } from './requests.js';

type Row = Record<string, unknown>;

export const SHAPES: Record<Exclude<Shape, 'receipts'>, (answer: Answer) => Answer> = {
  groups: (answer) => ({
    ...answer,
    ...mapped(answer, 'group_list', group),
    ...(isObject(answer.group_info) && { group_info: group(answer.group_info) }),
    ...(isObject(answer.result) && {
      result: { ...answer.result, ...mapped(answer.result, 'groups', group) },
    }),
  }),
  members: (answer) => ({ ...answer, ...mapped(answer, 'member_list', member) }),
  friends: (answer) => ({ ...answer, ...mapped(answer, 'friend_list', friend) }),
};

/** The list of that name, row by row; nothing where there is none. */
function mapped(answer: Row, field: string, shape: (row: Row) => Row): Row {
  const list = answer[field];
  return Array.isArray(list) ? { [field]: list.filter(isObject).map(shape) } : {};
}

/** The wire's `flag` of a group is the API's `group_type`. */
const group = ({ flag, ...rest }: Row): Row => ({ avatar: '', group_type: flag ?? 0, ...rest });

/** `uid` and `mtime` of a member stay on the wire. */
const member = ({ uid: _uid, mtime: _mtime, ...rest }: Row): Row => rest;

/** The documents have both spellings. */
const friend = (row: Row): Row => ({ ...row, memo_nam: row.memo_nam ?? row.memo_name ?? '' });
