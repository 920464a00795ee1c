/**
 * What is kept of an account: its conversations and its messages. One database for each account, written by its worker alone.
 * There is an IndexedDB form and one in memory, for when the browser gives no database.
 */
import type { Conversation, ConversationId, JsonObject, Message } from '../../protocol/worker.js';

export interface StoredMessage {
  conversation: ConversationId;
  message: Message;
}

export interface Store {
  /** Writing a message again changes nothing: it has the same place. */
  putMessages(messages: readonly StoredMessage[]): Promise<void>;
  /** For those that were taken back. What is not there need not be. */
  forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void>;
  /** The latest messages of each conversation, oldest first. */
  recent(perConversation: number): Promise<Map<ConversationId, Message[]>>;
  /** Replaces the list by the server's. */
  putConversations(conversations: readonly Conversation[]): Promise<void>;
  /** As the server last gave it. */
  conversations(): Promise<Conversation[]>;
  /** The extras that the application has given to conversations. */
  extras(): Promise<Map<ConversationId, JsonObject>>;
  putExtras(conversation: ConversationId, extras: JsonObject): Promise<void>;
  /** How far the account's event and receipt streams have been taken. */
  progress(): Promise<Progress | undefined>;
  putProgress(progress: Progress): Promise<void>;
  close(): void;
}

export interface Progress {
  /** The server's keys, for `sync_check`. */
  eventKey: number;
  receiptKey: number;
  /** Events that the tabs were told beyond the key, newest last. */
  seenEvents: number[];
  /** Messages by id with the last count that the tabs were told of who has not read them, newest last. */
  seenReceipts: [number, number][];
}
