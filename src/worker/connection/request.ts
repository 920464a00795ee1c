/** A request to the server, and the ways in which it settles. */
import { CODES, type ErrorCode, type Failure, failure } from '../../protocol/worker.js';

/** The server has received the request; the argument is its payload. */
export type OnAck = (sent: object) => void;

/**
 * How long a request lives. `session`: until it is answered, over any number of connections. `connection`: it fails with its connection.
 * `handshake`: as `connection`, and it is transmitted before the login.
 */
export type Scope = 'session' | 'connection' | 'handshake';

export interface RequestSpec {
  event: string;
  rid: number;
  /** Without `rid`. Must be the same on every try. */
  payload: object;
  lane?: string | undefined;
  /** `session` unless given. */
  scope?: Scope;
  /** Cancels the request. */
  signal?: AbortSignal;
  onAck?: OnAck | undefined;
}

export type Answer = { rid: number; code: ErrorCode; message: string; [field: string]: unknown };

export type Reply =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'timeout'; responseTimeout: boolean }
  /** The request was cancelled, its connection closed, or the session ended, as the error says. */
  | { kind: 'dropped'; error: Failure };

/** The reply to a request on a closed connection. */
export const DROPPED: Reply = { kind: 'dropped', error: failure(CODES.sessionEnded) };
