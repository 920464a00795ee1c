/** The runtime's own error codes, and the messages of the codes that a tab gives. A page loads no others. */
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
  noPage: 889014,
} as const;

/** Messages of tabs and workers. */
export const SHARED_MESSAGES = {
  880001: 'unknown error',
  889004: 'the shared worker cannot be reached',
  889006: 'a newer build of this site has taken over the connection: reload the page',
  889009: 'timed out: the server did not answer',
} as const;

/** Messages of tabs alone. */
export const TAB_MESSAGES = {
  889005:
    'this JMessage instance was destroyed before the answer came; a request in flight may still succeed',
  889008: 'a parameter cannot be handed to the worker: plain data, Blob and FormData can',
} as const;

/** The message of an instance without a page. No page loads it. */
export const NO_PAGE_MESSAGES = { 889014: 'there is no page here: JMessage works in a browser' } as const;

const MESSAGES = /* @__PURE__ */ Object.assign({}, SHARED_MESSAGES, TAB_MESSAGES);

/** @param detail replaces the general sentence where something more exact is known */
export function tabFailure(code: keyof typeof MESSAGES, detail?: string) {
  return { code, message: detail ?? MESSAGES[code] };
}
