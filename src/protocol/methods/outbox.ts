/** Outbox and history: additions to V2. */
import * as v from 'valibot';
import { appkey, count, id, isGiven, name, optional } from '../checks.js';
import { MAX_HISTORY_PAGE } from '../constants.js';

const entry = v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)) });

const page = {
  before: optional(v.object({ ctime_ms: count, msg_id: id })),
  limit: optional(v.pipe(count, v.minValue(1), v.maxValue(MAX_HISTORY_PAGE)), 20),
};
const ofGroup = v.object({ gid: id, ...page });
const ofUser = v.object({ username: name, appkey: optional(appkey), ...page });

export const OUTBOX_METHODS = {
  getHistory: {
    params: v.lazy((input): typeof ofGroup | typeof ofUser => (isGiven(input, 'gid') ? ofGroup : ofUser)),
    event: 'get_history',
    step: 'history',
  },
  getOutbox: {
    params: null,
    event: null,
    step: 'outbox',
  },
  retrySend: {
    params: entry,
    event: null,
    step: 'outbox',
  },
  cancelSend: {
    params: entry,
    event: null,
    step: 'outbox',
  },
} as const;
