/**
 * The error codes that the runtime itself gives. Some are JMessage's own, for faults that it finds before the server would. The range `8890xx`
 * is for faults without a code in V2. `codes.ts` has the codes that only a server gives, so pages and workers need not load them.
 */
import {
  type NO_PAGE_MESSAGES,
  type RUNTIME_CODES,
  SHARED_MESSAGES,
  type TAB_MESSAGES,
} from './tab-codes.js';

export { RUNTIME_CODES } from './tab-codes.js';

/** Codes that the runtime acts upon when a server gives them. */
export const RECOGNISED_CODES = {
  signatureFail: 880102,
  userNotExist: 880103,
  signatureExpired: 880106,
  userDisabled: 880111,
  beyondFrequencyLimit: 880209,
  /** The refusal of a `resume`. */
  authFail: 882004,
} as const;

/** Codes that a worker or a server gives. */
export type RuntimeCode = Exclude<
  (typeof RUNTIME_CODES)[keyof typeof RUNTIME_CODES],
  keyof typeof TAB_MESSAGES | keyof typeof NO_PAGE_MESSAGES
>;

/** The message of each code: one sentence that names the fault and, if there is one, the remedy. */
export const RUNTIME_MESSAGES: Readonly<Record<RuntimeCode, string>> = {
  ...SHARED_MESSAGES,
  0: 'success',
  880002: 'invalid parameter',
  880003: 'invalid value',
  880004: 'invalid type',
  880005: 'file not exist',
  880006: 'log out before register',
  880104: 'invalid password',
  880107: 'already logged in: log out before logging in as another user',
  880206: 'message too long',
  880210: 'file too large',
  880602: 'no member',
  889001: 'not initialised: call init() and wait for onSuccess first',
  889002: 'not logged in: call login() and wait for onSuccess first',
  889003: 'the session has ended: log in again',
  889007: 'no live session of this account to attach to: log in instead',
  889010: 'aborted',
  889011: 'the upload failed: check the network and upload_file',
  889012: 'on its way: it can be retracted once it has been sent, not cancelled',
  889013: 'the outbox has no such entry',
};

/** @param detail replaces the general sentence where something more exact is known */
export function failure(code: RuntimeCode, detail?: string) {
  return { code, message: detail === undefined ? RUNTIME_MESSAGES[code] : detail };
}
