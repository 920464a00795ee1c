/** The state of an account's connection, as the worker has it and as a tab mirrors it. */

/**
 * - `idle`           no session in this tab
 * - `connecting`     a socket is being opened
 * - `initialising`   the signature is being presented
 * - `authenticating` the login is being presented
 * - `syncing`        logged in; what was missed is on its way
 * - `ready`          logged in and up to date
 * - `waiting`        the connection is lost; the next attempt is due (`retryAt`), or a fresh signature is needed (`needsAuth`)
 * - `ended`          over, and it does not come back by itself (`reason`)
 */
export type ConnectionState =
  | 'idle'
  | 'connecting'
  | 'initialising'
  | 'authenticating'
  | 'syncing'
  | 'ready'
  | 'waiting'
  | 'ended';

export type EndReason =
  /** `loginOut()` in this or another tab. */
  | 'logged_out'
  /** Event 1: the account logged in somewhere else. */
  | 'other_login'
  /** Event 2. */
  | 'password_changed'
  /** On the way back the server refused the login. */
  | 'login_refused'
  /** On the way back the signature was too old and no tab could give a new one. */
  | 'signature_expired'
  /** Another build of this site has taken the connection over. */
  | 'superseded'
  /** The worker could not be reached and did not come back. */
  | 'host_lost';

export interface StateSnapshot {
  state: ConnectionState;
  /** A logged-in socket is there. */
  connected: boolean;
  /** …and what was missed has arrived. */
  synced: boolean;
  appkey?: string | undefined;
  username?: string | undefined;
  reason?: EndReason | undefined;
  /** When the next attempt is due, ms since 1970. */
  retryAt?: number | undefined;
  /** A fresh signature is needed to come back: call `init` with one, or give the constructor an `auth` function. */
  needsAuth?: true | undefined;
  /** How many tabs share this account's one connection. */
  tabs: number;
}

export const IDLE: StateSnapshot = { state: 'idle', connected: false, synced: false, tabs: 0 };
