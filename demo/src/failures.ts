/** Which failures may pass. */
import { CODES, codeOf } from './jmessage.js';

/** Failures that may pass: with a connection, after a while, after a login, or when the other side agrees. */
const PASSING: ReadonlySet<number> = new Set([
  CODES.unknown,
  CODES.beyondFrequencyLimit,
  CODES.silenced,
  CODES.inBlacklist,
  CODES.internalError,
  CODES.busy,
  CODES.notInitialised,
  CODES.notLoggedIn,
  CODES.sessionEnded,
  CODES.hostUnavailable,
  CODES.destroyed,
  CODES.superseded,
  CODES.timeout,
  CODES.aborted,
  CODES.uploadFailed,
]);

/** Whether a retry can succeed. */
export function canSucceedLater(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || PASSING.has(code);
}
