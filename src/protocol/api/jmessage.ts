/** The class `JMessage`: its options, and all areas together. */

import type { AccountsApi, InitParams } from './accounts.js';
import type { ConversationsApi, LocalApi } from './conversations.js';
import type { FriendsApi } from './friends.js';
import type { GroupsApi } from './groups.js';
import type { HostKind, Inspection } from './inspection.js';
import type { ListenerEvents, ListenerName, ListenersApi } from './listeners.js';
import type { ListsApi } from './lists.js';
import type { OutboxApi } from './outbox.js';
import type { ReceiptsApi } from './receipts.js';
import type { RoomsApi } from './rooms.js';
import type { SendsApi } from './sends.js';
import type { StateSnapshot } from './state.js';

/**
 * An instance of JMessage. One SharedWorker holds one connection per account for all tabs.
 *
 * Any request may fail with these codes; `@fails` lists further ones.
 * - 880002 missing parameter, 880003 out of range, 880004 wrong type, 880206 longer than a frame
 * - 880209 and 882005 overload, 882001 internal error
 * - 889001 before `init`, 889002 before `login`, 889003 session ended, 889004 no worker, 889005 `destroy`
 * - 889006 another build took over, 889008 parameter cannot be posted to a worker, 889010 `abort`
 *
 * The types ask for the proper form of a value. V2's looser forms are accepted at run time: numbers as text, booleans as 0 and 1, `null`
 * and `''` for nothing.
 */
export interface JMessageApi
  extends InstanceApi,
    AccountsApi,
    ConversationsApi,
    LocalApi,
    SendsApi,
    ReceiptsApi,
    GroupsApi,
    FriendsApi,
    ListsApi,
    RoomsApi,
    OutboxApi,
    ListenersApi {}

export interface JMessageOptions {
  /** Server, http(s) or ws(s). Default: the JMessage service. */
  address?: string;
  /** Address of uploads. Default: the service's own, `/resource` on any other server. */
  upload_file?: string;
  /** true: writes a log to the console. */
  debug?: boolean;
  /** Address of `jmessage-worker.min.js` on the page's origin, or a function that makes the worker. Default: the package's. */
  worker?: string | URL | ((kind: 'shared' | 'leader') => SharedWorker | Worker);
  /** Home of the runtime. Default: the first that the browser has and that starts. */
  host?: HostKind;
  /** Engine.IO revision of the server. Default: 3 for the JMessage service, 4 for any other. */
  engine?: 3 | 4;
  /** Returns a fresh signed payload, for a connection that returns after the last one has expired. Default: see `needsAuth`. */
  auth?: () => InitParams | Promise<InitParams>;
  /** Sends without a connection. `'queue'` (default): wait, over reloads and restarts. `'timeout'`: time out after 25 s, as in V2. */
  offlineSend?: 'queue' | 'timeout';
  /** Longest wait of a send for a connection, ms. Default: a day. */
  outboxAge?: number;
  /** Length of an outage before `onDisconnect`, ms. 0: at once, as in V2. Default: 1500. */
  disconnectGrace?: number;
}

/** State of the instance, read at once. */
export interface InstanceApi {
  /**
   * Whether `init` has succeeded on this instance.
   * @since 2.3
   */
  isInit(): boolean;
  /**
   * Whether an account is logged in. Stays true through an outage: the session returns by itself.
   * @since 2.3
   */
  isLogin(): boolean;
  /**
   * Whether the account's connection is up. Without a login: whether there is a worker and a network.
   * @since 2.3
   */
  isConnect(): boolean;
  /** Home of the runtime. @addition */
  readonly host: HostKind;
  /**
   * Whether this tab acts for its account: it alone should notify and play sounds. It is the last tab that was shown or focused.
   * @addition
   */
  isActive(): boolean;
  /** A snapshot for people who look for a fault, without message contents and secrets. @addition */
  inspect(): Promise<Inspection>;
  /** The state that `onStateChange` delivered last. @addition */
  getState(): StateSnapshot;
  /**
   * Adds a listener beside the one that its method sets.
   * @param name name of the listener
   * @returns removes the listener
   * @addition
   */
  addListener<L extends ListenerName>(name: L, listener: (data: ListenerEvents[L]) => void): () => void;
  /**
   * Ends the wait for the next retry. `onStateChange` has the outcome. With `needsAuth`, `init` does.
   * @addition
   */
  connectNow(): void;
  /**
   * Replaces a worker that no longer answers. The session, open calls and the other tabs go on with the next one.
   * @addition
   */
  restart(): void;
  /**
   * Releases the worker. The account stays logged in for other tabs. Open requests fail with 889005.
   * @addition
   */
  destroy(): void;
}
