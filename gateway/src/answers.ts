/** The answer to a request, without its `rid`. */
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

/** Everything else goes on: reading, and whatever leaves nothing behind. */
export const VOLUME_FULL: Answer = failure(
  CODES.beyondFrequencyLimit,
  'this account has stored as much as it may: older messages have to expire first',
);

export const refuse = (code: ErrorCode, detail?: string): Answer => failure(code, detail);
