/** The state of an account's connection, as the worker has it and as a tab mirrors it. */

/**
 * State of a connection.
 * - `idle`: no session in this tab
 * - `connecting`: opens a socket
 * - `initialising`: presents the signature
 * - `authenticating`: presents the login
 * - `syncing`: logged in; fetches what was missed
 * - `ready`: logged in and up to date
 * - `waiting`: no connection; waits for the next attempt (`retryAt`) or for a fresh signature (`needsAuth`)
 * - `ended`: terminal (`reason`)
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

/**
 * Reason of a session's end.
 * - `logged_out`: `loginOut` in this or another tab
 * - `other_login`: event 1
 * - `password_changed`: event 2
 * - `login_refused`: the server refused the login of a returning connection
 * - `signature_expired`: no tab had a fresh signature for a returning connection
 * - `superseded`: another build of this site took over
 * - `host_lost`: the worker could not be reached again
 */
export type EndReason =
  | 'logged_out'
  | 'other_login'
  | 'password_changed'
  | 'login_refused'
  | 'signature_expired'
  | 'superseded'
  | 'host_lost';

export interface StateSnapshot {
  /** State of the connection. */
  state: ConnectionState;
  /** The socket is up and logged in. */
  connected: boolean;
  /** Missed messages and events have arrived. */
  synced: boolean;
  /** Application of the account. */
  appkey?: string | undefined;
  /** Username of the account. */
  username?: string | undefined;
  /** Of `ended`. */
  reason?: EndReason | undefined;
  /** Time of the next attempt, ms. */
  retryAt?: number | undefined;
  /** The connection needs a fresh signature: call `init`, or give the constructor `auth`. */
  needsAuth?: true | undefined;
  /** Tabs that share the connection. */
  tabs: number;
}
