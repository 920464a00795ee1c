/** The error of an awaited request. */
import type { Failure } from '../protocol/api/request.js';
import type { ErrorCode } from '../protocol/codes/codes.js';

/** An awaited request rejects with this error: `code` as in `onFail`, 889009 after a timeout. */
export class JMessageError extends Error {
  /** Name of the class. */
  override readonly name = 'JMessageError';
  /** The error code. */
  readonly code: ErrorCode;
  /** The whole answer. */
  readonly data: Failure;

  constructor(data: Failure) {
    super(`${data.message} (${data.code})`);
    this.code = data.code;
    this.data = data;
  }
}
