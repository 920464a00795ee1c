/** Requests: the value that every asynchronous method returns. */
import type { ErrorCode } from '../codes/codes.js';
import type { SentMessage } from './messages.js';

export interface Answer {
  /** 0: success. */
  code: 0;
  /** 'success'. */
  message: string;
}

export interface CachedAnswer extends Answer {
  /** There is no connection: the answer comes from this device. */
  from_cache?: true;
}

export interface Failure {
  /** The error code. A server may send others: keep a default branch. */
  readonly code: ErrorCode;
  /** The fault in one sentence. */
  readonly message: string;
  /** Further fields of the server's answer. */
  readonly [field: string]: unknown;
}

export interface AckData {
  /** Number of the request. */
  rid: number;
  /** The payload that was sent. */
  data: unknown;
}

export interface TimeoutData extends AckData {
  /** false: the server did not even acknowledge. */
  response_timeout: boolean;
}

export interface QueuedData {
  /** Number of the request. */
  rid: number;
  /** The outbox entry, as in `getOutbox`, `retrySend` and `cancelSend`. */
  id: string;
}

export interface ProgressData {
  /** Bytes until now. */
  loaded: number;
  /** Bytes in all. */
  total: number;
}

/**
 * A call under way: V2's chain of handlers, which can also be awaited.
 *
 * It settles exactly once. A handler that is added later runs in a microtask. An awaited request rejects with a `JMessageError`.
 *
 * @typeParam A first argument of `onSuccess`
 * @typeParam S second argument of `onSuccess`
 * @typeParam R value of an awaited request
 */
export interface JMessageRequest<A = Answer, S = undefined, R = A>
  extends Pick<Promise<R>, 'then' | 'catch' | 'finally'> {
  /** Name of the call, a UUID. A send has the same `id` in the outbox. @addition */
  readonly id: string;
  /** Runs when the call succeeded. */
  onSuccess(handler: (data: A, second: S) => void): this;
  /** Runs when the call failed. */
  onFail(handler: (error: Failure) => void): this;
  /** Runs when the server did not answer: five tries, 5 s each without `ack`, 30 s without answer. */
  onTimeout(handler: (data: TimeoutData) => void): this;
  /** Runs when the server has received the request, once for each acknowledged try. */
  onAck(handler: (data: AckData) => void): this;
  /** Runs when the send waits for a connection. The send is transmitted later, even without this page. @addition */
  onQueued(handler: (data: QueuedData) => void): this;
  /** Runs while a file is being uploaded. @addition */
  onProgress(handler: (data: ProgressData) => void): this;
  /** Cancels a message or upload that has not gone out: the call fails with 889010. @addition */
  abort(): void;
}

/** A send under way. `onSuccess` gets the message as second argument; an awaited send has it as `msg`. */
export interface SendRequest<A>
  extends JMessageRequest<
    A,
    SentMessage,
    A & {
      /** The message. */ msg: SentMessage;
    }
  > {}

/** A report under way. `onSuccess` gets the reported ids as second argument; an awaited report has them as `msg_ids`. */
export interface ReceiptRequest<A>
  extends JMessageRequest<
    A,
    number[],
    A & {
      /** The reported messages. */ msg_ids: number[];
    }
  > {}
