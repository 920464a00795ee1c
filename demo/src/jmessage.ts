/** The one place that names the SDK: an application of its own would write `from 'jmessage-runtime'`. */
export type {
  ConnectionState,
  EndReason,
  EventNotification,
  InitParams,
  JMessageRequest,
  Json,
  JsonObject,
  Message,
  OutboxEntry,
  ReceiptChange,
  SendAnswer,
  SentMessage,
  StateSnapshot,
  SyncedConversation,
  UserInfo,
  UserSession,
} from '../../src/index.js';

import { CODES, JMessage } from '../../src/index.js';

export { CODES, JMessage };

/** The code of what `onFail` hands over and an awaited request throws; undefined for any other error. */
export function codeOf(error: unknown): number | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether there is no such user: a profile that is nobody's is answered 882002, other requests 880103. */
export const isNobody = (error: unknown): boolean =>
  codeOf(error) === CODES.userExists || codeOf(error) === CODES.userNotExist;
