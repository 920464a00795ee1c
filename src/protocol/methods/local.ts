/** Methods that return at once and have no callbacks: the tab reads its mirror, or posts to the worker. */
import * as v from 'valibot';
import { appkey, extras, id, isGiven, name, optional, type Schema } from '../checks.js';
import type { LocalName } from './types.js';

const ofGroup = { gid: id };
const ofUser = { username: name, appkey: optional(appkey) };

/** A conversation, and further parameters of a method. */
function conversation<E extends v.ObjectEntries>(extra: E) {
  const group = v.object({ ...ofGroup, ...extra });
  const single = v.object({ ...ofUser, ...extra });
  return v.lazy((input): typeof group | typeof single => (isGiven(input, 'gid') ? group : single));
}

export interface LocalRow {
  readonly params: Schema;
}

export const LOCAL_METHODS = {
  updateConversation: {
    params: conversation({ extras }),
  },
  getUnreadMsgCnt: {
    params: conversation({}),
  },
  resetUnreadCount: {
    params: conversation({}),
  },
  closeConversation: {
    params: conversation({}),
  },
} as const satisfies Record<LocalName, LocalRow>;
