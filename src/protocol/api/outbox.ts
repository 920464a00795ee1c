/** Area "Outbox": sends that are not delivered. All of it is an addition to V2. */
import type { ErrorCode } from '../codes/codes.js';
import type { MessageContent } from './messages.js';
import type { Answer, JMessageRequest, SendRequest } from './request.js';
import type { SendAnswer } from './sends.js';

/** The outbox: undelivered sends of all tabs, and of pages that are gone. */
export interface OutboxApi {
  /**
   * Lists the sends that wait, are under way, or have failed.
   * @addition
   */
  getOutbox(): JMessageRequest<OutboxAnswer>;
  /**
   * Sends a failed entry again. The answer is that of the send.
   * @fails 889010 889013
   * @addition
   */
  retrySend(params: OutboxRef): SendRequest<SendAnswer>;
  /**
   * Cancels an entry before it is transmitted, or after it has failed.
   *
   * The request of the send fails with 889010. An entry that may have reached the server is refused with 889012.
   * @fails 889012 889013
   * @addition
   */
  cancelSend(params: OutboxRef): JMessageRequest;
}

export interface OutboxRef {
  /** Id of the entry: `id` of the send's request, of `onQueued`, or of `getOutbox`. */
  id: string;
}

export interface OutboxEntry {
  /** `id` of the send's request. */
  id: string;
  /**
   * - `queued`: has not gone out: no connection, or others come first
   * - `sending`: may have reached the server
   * - `failed`: reported as failed or timed out; transmitted again only by `retrySend`
   * - `sent`, `cancelled`: has left the outbox, in `onOutboxChange` only
   */
  state: 'queued' | 'sending' | 'failed' | 'sent' | 'cancelled';
  /** Error code of a failed entry. */
  code?: ErrorCode;
  /** The fault of a failed entry, in one sentence. */
  message?: string;
  /** Name of the method. */
  method: string;
  /** To a user. */
  username?: string;
  /** To a group. */
  gid?: number;
  /** To a chat room. */
  room_id?: number;
  /** Application of the target. */
  appkey: string;
  /** The message. A file's `media_id` is missing until its upload is done. */
  content: MessageContent;
  /** The send asks for receipts. */
  need_receipt?: true;
  /** The file to upload. */
  file?: Blob;
  /** Its name. */
  fname?: string;
  /** The entry waits for a connection until this time, ms. */
  expires_at: number;
  /** Id of the message, once sent. */
  msg_id?: number;
  /** ms. */
  ctime_ms?: number;
  /** Of a message to a group, once sent: recipients who have not read it. */
  unread_count?: number;
}

export interface OutboxAnswer extends Answer {
  /** In the order of sending. */
  entries: OutboxEntry[];
}
