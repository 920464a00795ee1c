import type { JMessage } from '../index.js';

/** The part of a JMessage that the store stands on. */
export type StoreClient = Pick<
  JMessage,
  | 'addListener'
  | 'getState'
  | 'getConversation'
  | 'getHistory'
  | 'getOutbox'
  | 'getUnreadMsgCnt'
  | 'resetUnreadCount'
  | 'closeConversation'
  | 'sendSingleMsg'
  | 'sendGroupMsg'
  | 'retrySend'
  | 'cancelSend'
  | 'msgRetract'
  | 'acceptFriend'
  | 'declineFriend'
  | 'addGroupMemberResp'
  | 'getInvitations'
>;
