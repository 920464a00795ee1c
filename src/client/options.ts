/** What `new JMessage(options)` takes, and what it stands for when left out. */
import {
  ACK_TIMEOUT_MS,
  type AuthPayload,
  DEFAULT_ADDRESS,
  DEFAULT_UPLOAD_URL,
  MAX_TRIES,
  type METHODS,
  OUTBOX_AGE_MS,
  type ParamsOf,
  type Settings,
} from '../protocol/tab.js';
import type { Host } from './hosts/host.js';
import { type SharedWorkerFactory, sharedHost, sharedHostAt } from './hosts/shared-host.js';

export type InitParams = ParamsOf<typeof METHODS.init>;

export interface JMessageOptions {
  /** The server, as http(s) or ws(s) URL. Default: the JMessage service. */
  address?: string;
  /** Where uploads go. Default: the JMessage service's for its own address, `/resource` on any other. */
  upload_file?: string;
  /** Writes what happens to the console, what the worker does included. */
  debug?: boolean;
  /**
   * The worker: the URL of `jmessage-worker.min.js` on the page's own origin, or a function that makes the SharedWorker.
   * Default: the one that comes with the package.
   */
  worker?: string | URL | SharedWorkerFactory;
  /** The server's Engine.IO revision. Default: 3 for the JMessage service's own address, 4 for any other. */
  engine?: 3 | 4;
  /**
   * Asked for a fresh signed payload when a lost connection comes back after the last one has expired. Without it the application is told
   * (`onDisconnect`, `onStateChange` with `needsAuth`) and calls `init` again.
   */
  auth?: () => InitParams | AuthPayload | Promise<InitParams | AuthPayload>;
  /**
   * What becomes of a send that finds no connection. `'queue'` (default): it waits, over reloads and restarts, and goes out when there is one;
   * `'timeout'`: it times out as in V2, after 25 s.
   */
  offlineSend?: 'queue' | 'timeout';
  /** How long a send waits for a connection before it times out, ms. Default: a day. */
  outboxAge?: number;
}

export function settingsOf(options: JMessageOptions): Settings {
  const address = options.address ?? DEFAULT_ADDRESS;
  if (!/^(https?|wss?):\/\//.test(address)) {
    throw new TypeError(`JMessage: address must be an http(s) or ws(s) URL, not ${JSON.stringify(address)}`);
  }
  const engine = options.engine ?? (address === DEFAULT_ADDRESS ? 3 : 4);
  if (engine !== 3 && engine !== 4) {
    throw new TypeError(`JMessage: engine must be 3 or 4, not ${JSON.stringify(engine)}`);
  }
  const { offlineSend = 'queue', outboxAge = OUTBOX_AGE_MS } = options;
  if (offlineSend !== 'queue' && offlineSend !== 'timeout') {
    throw new TypeError(
      `JMessage: offlineSend must be "queue" or "timeout", not ${JSON.stringify(offlineSend)}`,
    );
  }
  if (!(outboxAge > 0)) throw new TypeError(`JMessage: outboxAge must be a number of ms, not ${outboxAge}`);
  const base = address.replace(/^ws/, 'http').replace(/\/+$/, '');
  return {
    address: base,
    uploadUrl: options.upload_file ?? (address === DEFAULT_ADDRESS ? DEFAULT_UPLOAD_URL : `${base}/resource`),
    engine,
    debug: options.debug === true,
    outboxAgeMs: offlineSend === 'timeout' ? ACK_TIMEOUT_MS * MAX_TRIES : outboxAge,
    canAuth: typeof options.auth === 'function',
  };
}

export function hostOf(worker: JMessageOptions['worker'], fallback: () => Host): Host {
  if (worker === undefined) return fallback();
  return typeof worker === 'function' ? sharedHost(worker) : sharedHostAt(worker);
}
