/** The only file that imports the SDK. A separate application would write `from 'jmessage-runtime'` and `from 'jmessage-runtime/store'`. */
export type {
  AccountInspection,
  ConnectionState,
  EndReason,
  EventNotification,
  InitParams,
  Inspection,
  JMessageRequest,
  Json,
  JsonObject,
  Message,
  RetractedEvent,
  SendAnswer,
  SendRequest,
  StateSnapshot,
  SyncedConversation,
  TabInspection,
  UserInfo,
  UserSession,
} from '../../src/index.js';

export type {
  ChatMessage as StoredMessage,
  ChatStore,
  ConversationItem,
  Invitation,
  Messages,
} from '../../src/store/index.js';

import { CODES, EVENT, EVENT_EXTRA, JMessage } from '../../src/index.js';

import { createChatStore } from '../../src/store/index.js';

export { CODES, createChatStore, EVENT, EVENT_EXTRA, JMessage };

/** The code of a failure from `onFail` or an awaited request; undefined for any other error. */
export function codeOf(error: unknown): number | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the failure means an unknown user. Profiles answer 882002, and other requests 880103. */
export const isNobody = (error: unknown): boolean =>
  codeOf(error) === CODES.userExists || codeOf(error) === CODES.userNotExist;
