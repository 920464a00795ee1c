/**
 * The stored data of an account: received messages, cached answers, unanswered sends. Each account has one database, and only its worker
 * writes it. There is an IndexedDB form, and one in memory for browsers without a database.
 */
import type {
  Conversation,
  ConversationId,
  Extras,
  Failure,
  Message,
  MethodName,
  Outcome,
  ResumeToken,
  RoomMessage,
  SendParams,
  UploadedMedia,
} from '../../protocol/worker.js';

export interface StoredMessage {
  conversation: ConversationId;
  message: Message;
}

/** A place in a conversation: the time, and the id within a millisecond. A message is its own place. */
export interface Place {
  ctime_ms: number;
  msg_id: number;
}

/** A stretch of a conversation without a gap, both ends included. */
export interface Span {
  from: Place;
  to: Place;
}

/** A span that begins here has the beginning of its conversation. */
export const BEGINNING: Place = { ctime_ms: 0, msg_id: 0 };

export const byPlace = (a: Place, b: Place): number => a.ctime_ms - b.ctime_ms || a.msg_id - b.msg_id;

/** How far the account's streams were received. */
export interface Progress {
  /** The server's keys, for `sync_check`. `syncKey` counts only messages that roaming brought. */
  syncKey: number;
  eventKey: number;
  receiptKey: number;
  /** Delivered events beyond the key, newest last. */
  seenEvents: number[];
  /** Messages by id, with the last delivered number of readers who have not read them, newest last. */
  seenReceipts: [number, number][];
}

/** A send, from its acceptance until it is delivered or forgotten. */
export interface OutboxRecord {
  /** Counts up in the order of acceptance. */
  id: number;
  callId: string;
  /** The tab that made it, which does not get its own message. */
  tabId: string;
  method: MethodName;
  /** Checked. They hold the file until it is uploaded. */
  params: SendParams;
  /** ms since 1970, both. */
  madeAt: number;
  expiresAt: number;
  uploadUrl: string;
  /** The answer to the upload. */
  uploaded?: UploadedMedia | undefined;
  /** How often it was sent again after a refusal. Each time is another request to the server. */
  attempt: number;
  /** An earlier worker that died before its write may have transmitted it, so it cannot be cancelled. */
  again?: true | undefined;
  /** The latest `retrySend` call for it. */
  retriedBy?: string | undefined;
  state: OutboxState;
}

/**
 * A send in `sending` may have reached the server. The states after it are terminal. `cancelled` and `sent` are kept only for a tab that
 * submits its call again. A `sent` one with `untold` is kept until the account's other tabs have its message.
 */
export type OutboxState =
  | { is: 'queued' | 'sending' | 'cancelled' }
  | { is: 'sent'; outcome: Outcome; untold?: Sent }
  | { is: 'failed'; error: Failure }
  | { is: 'timeout'; responseTimeout: boolean };

/** A sent message, as the account's other tabs get it. */
export type Sent = { message: Message } | { room: RoomMessage };

export interface Store {
  /** Writing a message again changes nothing, since it has the same place. */
  putMessages(messages: readonly StoredMessage[]): Promise<void>;
  /** Deletes retracted messages. Unknown ids are ignored. */
  forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void>;
  /** The latest messages of each conversation, oldest first. */
  recent(perConversation: number): Promise<Map<ConversationId, Message[]>>;
  /** All messages of that time or later, by conversation, oldest first. */
  since(ctimeMs: number): Promise<Map<ConversationId, Message[]>>;
  /** The latest `limit` messages of a conversation, or those before a place, oldest first. The cost is the same in a store of any size. */
  page(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Message[]>;
  /** The stretches of the conversation without a gap, in order, none touching another. Shedding shortens them. */
  spans(conversation: ConversationId): Promise<Span[]>;
  putSpans(conversation: ConversationId, spans: readonly Span[]): Promise<void>;

  /** Replaces the list by the server's. */
  putConversations(conversations: readonly Conversation[]): Promise<void>;
  /** The server's latest list. */
  conversations(): Promise<Conversation[]>;
  /** The application's extras of conversations. */
  extras(): Promise<Map<ConversationId, Extras>>;
  putExtras(conversation: ConversationId, extras: Extras): Promise<void>;
  /** The latest answer to a method with its parameters. */
  answer(key: string): Promise<object | undefined>;
  putAnswer(key: string, answer: object): Promise<void>;

  progress(): Promise<Progress | undefined>;
  putProgress(progress: Progress): Promise<void>;

  /** In the order of ids. */
  outbox(): Promise<OutboxRecord[]>;
  /** Resolves when all records are on the disk (strict durability). It writes all of them or none. */
  putOutbox(records: readonly OutboxRecord[]): Promise<void>;
  forgetOutbox(ids: readonly number[]): Promise<void>;

  /** The account's resume token. A write is on the disk when it resolves; null deletes the token. */
  token(): Promise<ResumeToken | null>;
  putToken(token: ResumeToken | null): Promise<void>;

  /** The size of messages and answers, in bytes. */
  cacheBytes(): Promise<number>;
  close(): void;
  /** Closes the store, and deletes it from the disk. */
  wipe(): Promise<void>;
}
