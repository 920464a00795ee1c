/** `jmessage-runtime/store`: the state of a chat application, on the public API. */
export type { ConversationId, ConversationRef } from '../protocol/conversation-id.js';
export { ChatStore, createChatStore } from './chat-store.js';
export type { StoreClient } from './client.js';
export type { ConversationItem } from './conversation-list.js';
export type { Invitation } from './invitations.js';
export type { ChatMessage } from './message-log.js';
export type { Messages, MessagesSnapshot } from './messages.js';
export type { Readable } from './readable.js';
