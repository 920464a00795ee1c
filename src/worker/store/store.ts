/**
 * What is kept of an account: what it was told, what it asked, and what it has not delivered yet. One database for each account, written by
 * its worker alone. There is an IndexedDB form and one in memory, for when the browser gives no database.
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
  UploadedMedia,
} from '../../protocol/worker.js';

export interface StoredMessage {
  conversation: ConversationId;
  message: Message;
}

/** Where a message stands in its conversation: by time, and by id within a millisecond. A message is its own place. */
export interface Place {
  ctime_ms: number;
  msg_id: number;
}

/** A stretch of a conversation, both ends included, in which nothing is missing. */
export interface Span {
  from: Place;
  to: Place;
}

/** The first place there is: a span that begins here has the beginning of its conversation. */
export const BEGINNING: Place = { ctime_ms: 0, msg_id: 0 };

export const byPlace = (a: Place, b: Place): number => a.ctime_ms - b.ctime_ms || a.msg_id - b.msg_id;

/** How far the account's streams have been taken. */
export interface Progress {
  /** The server's keys, for `sync_check`. `syncKey` counts only what roaming has told. */
  syncKey: number;
  eventKey: number;
  receiptKey: number;
  /** Events that the tabs were told beyond the key, newest last. */
  seenEvents: number[];
  /** Messages by id with the last count that the tabs were told of who has not read them, newest last. */
  seenReceipts: [number, number][];
}

/** A send, from the moment it was accepted until it is delivered or forgotten. */
export interface OutboxRecord {
  /** Counts up in the order of acceptance. */
  id: number;
  callId: string;
  /** Who made it: the tab is not told of its own message. */
  tabId: string;
  method: MethodName;
  /** Checked. What is to be uploaded is in them until it has been. */
  params: Record<string, unknown>;
  /** ms since 1970, both. */
  madeAt: number;
  expiresAt: number;
  uploadUrl: string;
  /** What the upload was answered. */
  uploaded?: UploadedMedia | undefined;
  /** How often it was sent anew after a refusal: each time is another request to the server. */
  attempt: number;
  /** A worker that died before this was on the disk may have sent it: nobody can take it back. */
  again?: true | undefined;
  /** The `retrySend` that last asked for it. */
  retriedBy?: string | undefined;
  state: OutboxState;
}

/**
 * `sending`: may have reached the server. The others are over and never go out by themselves; `cancelled` and `sent` are kept only for a tab that
 * submits its call again.
 */
export type OutboxState =
  | { is: 'queued' | 'sending' | 'cancelled' }
  | { is: 'sent'; outcome: Outcome }
  | { is: 'failed'; error: Failure }
  | { is: 'timeout'; responseTimeout: boolean };

export interface Store {
  /** Writing a message again changes nothing: it has the same place. */
  putMessages(messages: readonly StoredMessage[]): Promise<void>;
  /** For those that were taken back. What is not there need not be. */
  forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void>;
  /** The latest messages of each conversation, oldest first. */
  recent(perConversation: number): Promise<Map<ConversationId, Message[]>>;
  /** All messages of that time or later, by conversation, oldest first. */
  since(ctimeMs: number): Promise<Map<ConversationId, Message[]>>;
  /** The latest `limit` messages of a conversation, or those before a place, oldest first. Costs the same however many there are. */
  page(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Message[]>;
  /** Where the conversation is known to be without holes, in order, none touching another. Shedding shortens them. */
  spans(conversation: ConversationId): Promise<Span[]>;
  putSpans(conversation: ConversationId, spans: readonly Span[]): Promise<void>;

  /** Replaces the list by the server's. */
  putConversations(conversations: readonly Conversation[]): Promise<void>;
  /** As the server last gave it. */
  conversations(): Promise<Conversation[]>;
  /** The extras that the application has given to conversations. */
  extras(): Promise<Map<ConversationId, Extras>>;
  putExtras(conversation: ConversationId, extras: Extras): Promise<void>;
  /** What a method was last answered with these parameters. */
  answer(key: string): Promise<object | undefined>;
  putAnswer(key: string, answer: object): Promise<void>;

  progress(): Promise<Progress | undefined>;
  putProgress(progress: Progress): Promise<void>;

  /** In the order of ids. */
  outbox(): Promise<OutboxRecord[]>;
  /** Resolves when it is on the disk (strict durability). All of them or none. */
  putOutbox(records: readonly OutboxRecord[]): Promise<void>;
  forgetOutbox(ids: readonly number[]): Promise<void>;

  /** What the account can come back with. On the disk when it resolves; null forgets it. */
  token(): Promise<ResumeToken | null>;
  putToken(token: ResumeToken | null): Promise<void>;

  close(): void;
  /** Closes, and leaves nothing on the disk. */
  wipe(): Promise<void>;
}
