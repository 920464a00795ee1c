/**
 * Error codes, as an application sees them in `onFail({code, message})`.
 *
 * `88xxxx` codes are JMessage's own and come from the server, or from the runtime where the runtime finds the same fault
 * first. `8890xx` is this runtime's range, for what V2 has no code for. The reference is `docs/error-codes.md`.
 */
export const CODES = {
  success: 0,
  unknown: 880001,
  invalidParameter: 880002,
  invalidValue: 880003,
  invalidType: 880004,
  logOutBeforeRegister: 880006,
  appkeyNotExist: 880101,
  signatureFail: 880102,
  userNotExist: 880103,
  invalidPassword: 880104,
  signatureExpired: 880106,
  alreadyLoggedIn: 880107,
  repetitiveOperation: 880109,
  userDisabled: 880111,
  targetUserNotExist: 880203,
  messageTooLong: 880206,
  beyondFrequencyLimit: 880209,
  internalError: 882001,
  /** Register: the name is taken. */
  userExists: 882002,
  wireInvalidParameter: 882003,
  authFail: 882004,
  busy: 882005,

  // The runtime's own range.
  notInitialised: 889001,
  notLoggedIn: 889002,
  sessionEnded: 889003,
  hostUnavailable: 889004,
  destroyed: 889005,
  superseded: 889006,
  nothingToAttach: 889007,
  cannotBeCloned: 889008,
  timeout: 889009,
} as const;

export type ErrorCode = (typeof CODES)[keyof typeof CODES];

/** What each code says: one sentence that names the fault and, where there is one, the way out. */
export const MESSAGES: Readonly<Record<ErrorCode, string>> = {
  0: 'success',
  880001: 'unknown error',
  880002: 'invalid parameter',
  880003: 'invalid value',
  880004: 'invalid type',
  880006: 'log out before register',
  880101: 'appkey not exist',
  880102: 'signature fail',
  880103: 'user not exist',
  880104: 'invalid password',
  880106: 'signature expired: initialise again with a fresh one',
  880107: 'already logged in: log out before logging in as another user',
  880109: 'repetitive operation',
  880111: 'user disabled',
  880203: 'target user not exist',
  880206: 'message too long',
  880209: 'beyond the frequency limit: slow down and try again',
  882001: 'internal error',
  882002: 'user exists',
  882003: 'invalid parameter',
  882004: 'authentication failed',
  882005: 'busy, try again later',
  889001: 'not initialised: call init() and wait for onSuccess first',
  889002: 'not logged in: call login() and wait for onSuccess first',
  889003: 'the session has ended: log in again',
  889004: 'the shared worker cannot be reached',
  889005:
    'this JMessage instance was destroyed before the answer came; what was already sent is still on its way',
  889006: 'a newer build of this site has taken over the connection: reload the page',
  889007: 'no live session of this account to attach to: log in instead',
  889008: 'a parameter cannot be handed to the worker: plain data, Blob and FormData can',
  889009: 'timed out: the server did not answer',
};

/** A failed call as data: what crosses from worker to tab, and what `onFail` is called with. */
export interface Failure {
  readonly code: number;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** @param detail replaces the general sentence where something more exact is known */
export function failure(code: ErrorCode, detail?: string): Failure {
  return { code, message: detail === undefined ? MESSAGES[code] : detail };
}
