import type { ConversationRef } from '../protocol/conversation-id.js';

/** Whether two references name one conversation. Without an appkey a user is one of the account's own application. */
export const isSameConversation = (a: ConversationRef, b: ConversationRef): boolean => {
  if ('gid' in a || 'gid' in b) return 'gid' in a && 'gid' in b && String(a.gid) === String(b.gid);
  return String(a.username) === String(b.username) && (!a.appkey || !b.appkey || a.appkey === b.appkey);
};
