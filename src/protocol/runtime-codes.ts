/**
 * The error codes that the runtime itself gives: those of JMessage's own that it finds before the server would, and `8890xx`, its own range, for
 * what V2 has no code for. The others, which only a server gives, are in `codes.ts`: pages and workers need not load them.
 */
export const RUNTIME_CODES = {
  success: 0,
  unknown: 880001,
  invalidParameter: 880002,
  invalidValue: 880003,
  invalidType: 880004,
  fileNotExist: 880005,
  logOutBeforeRegister: 880006,
  invalidPassword: 880104,
  alreadyLoggedIn: 880107,
  messageTooLong: 880206,
  fileTooLarge: 880210,
  noMember: 880602,

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
  aborted: 889010,
  uploadFailed: 889011,
  onItsWay: 889012,
  noSuchSend: 889013,
} as const;

/** Codes that the runtime acts upon when a server gives them. */
export const RECOGNISED_CODES = {
  signatureFail: 880102,
  userNotExist: 880103,
  signatureExpired: 880106,
  userDisabled: 880111,
  beyondFrequencyLimit: 880209,
  /** What `resume` is refused with. */
  authFail: 882004,
} as const;

export type RuntimeCode = (typeof RUNTIME_CODES)[keyof typeof RUNTIME_CODES];

/** What each code says: one sentence that names the fault and, where there is one, the way out. */
export const RUNTIME_MESSAGES: Readonly<Record<RuntimeCode, string>> = {
  0: 'success',
  880001: 'unknown error',
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
  889004: 'the shared worker cannot be reached',
  889005:
    'this JMessage instance was destroyed before the answer came; what was already sent is still on its way',
  889006: 'a newer build of this site has taken over the connection: reload the page',
  889007: 'no live session of this account to attach to: log in instead',
  889008: 'a parameter cannot be handed to the worker: plain data, Blob and FormData can',
  889009: 'timed out: the server did not answer',
  889010: 'aborted',
  889011: 'the upload failed: check the network and upload_file',
  889012: 'on its way: it can be retracted once it has been sent, not cancelled',
  889013: 'the outbox has no such entry',
};

/** A failed call as data: what crosses from worker to tab, and what `onFail` is called with. */
export interface Failure {
  readonly code: number;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** @param detail replaces the general sentence where something more exact is known */
export function failure(code: RuntimeCode, detail?: string): Failure {
  return { code, message: detail === undefined ? RUNTIME_MESSAGES[code] : detail };
}
