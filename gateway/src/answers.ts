/** What a request is answered with, beside its `rid`. */
import { CODES, type ErrorCode, failure, MESSAGES } from '../../src/protocol/index.js';

export interface Answer {
  readonly code: number;
  readonly message: string;
  readonly [field: string]: unknown;
}

export const success = (fields: Readonly<Record<string, unknown>> = {}): Answer => ({
  code: CODES.success,
  message: MESSAGES[CODES.success],
  ...fields,
});

/** A second, different init on one socket. */
export const REPETITIVE_OPERATION: Answer = failure(CODES.repetitiveOperation);

export const refuse = (code: ErrorCode, detail?: string): Answer => failure(code, detail);
