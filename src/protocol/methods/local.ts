/** Methods that answer at once and have no callbacks (since 2.4): the tab reads its mirror, or tells the worker and goes on. */
import * as v from 'valibot';
import { appkey, id, jsonObject, name, type Schema } from '../checks.js';

const ofGroup = { gid: id };
const ofUser = { username: name, appkey: v.optional(appkey) };

/** A conversation, and what else a method wants. */
function conversation<E extends v.ObjectEntries>(extra: E) {
  const group = v.object({ ...ofGroup, ...extra });
  const single = v.object({ ...ofUser, ...extra });
  return v.lazy((input): typeof group | typeof single =>
    typeof input === 'object' && input !== null && 'gid' in input ? group : single,
  );
}

export interface LocalRow {
  readonly params: Schema;
}

export const LOCAL_METHODS = {
  updateConversation: {
    params: conversation({ extras: jsonObject }),
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
} as const satisfies Record<string, LocalRow>;

export type LocalMethods = typeof LOCAL_METHODS;
export type LocalName = keyof LocalMethods;
export type LocalParams<N extends LocalName> = v.InferInput<LocalMethods[N]['params']>;
