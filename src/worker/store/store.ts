/**
 * What is kept of an account: its conversations and its messages. One database for each account, written by its worker alone.
 * There is an IndexedDB form and one in memory, for when the browser gives no database.
 */
import type { Conversation, Message } from '../../protocol/index.js';

/** `s/<appkey>/<username>` or `g/<gid>`: the same whether a message came or went, and whether or not the server was asked. */
export type ConversationId = string;

export const singleId = (appkey: string, username: string): ConversationId => `s/${appkey}/${username}`;
export const groupId = (gid: number): ConversationId => `g/${gid}`;

export interface StoredMessage {
  conversation: ConversationId;
  message: Message;
}

export interface Store {
  /** Writing a message again changes nothing: it has the same place. */
  putMessages(messages: readonly StoredMessage[]): Promise<void>;
  /** Which of these are stored. */
  knownMessages(messages: readonly StoredMessage[]): Promise<Set<number>>;
  /** The latest messages of each conversation, oldest first. */
  recent(perConversation: number): Promise<Map<ConversationId, Message[]>>;
  /** Replaces the list by the server's. */
  putConversations(conversations: readonly Conversation[]): Promise<void>;
  /** As the server last gave it. */
  conversations(): Promise<Conversation[]>;
  close(): void;
}
