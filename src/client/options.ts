/** What `new JMessage(options)` takes, and what it stands for when left out. */
import {
  ACK_TIMEOUT_MS,
  type AuthPayload,
  DEFAULT_ADDRESS,
  DEFAULT_UPLOAD_URL,
  DISCONNECT_GRACE_MS,
  MAX_TRIES,
  type METHODS,
  OUTBOX_AGE_MS,
  type ParamsOf,
  type Settings,
} from '../protocol/tab.js';
import { workerAt } from './worker-link/hosts/files.js';
import { HOST_KINDS, type RuntimeFiles } from './worker-link/hosts/host.js';

export type InitParams = ParamsOf<typeof METHODS.init>;

export interface JMessageOptions {
  /** The server, as http(s) or ws(s) URL. Default: the JMessage service. */
  address?: string;
  /** Where uploads go. Default: the JMessage service's for its own address, `/resource` on any other. */
  upload_file?: string;
  /** Writes what happens to the console, what the worker does included. */
  debug?: boolean;
  /**
   * The worker: the URL of `jmessage-worker.min.js` on the page's own origin, or a function that makes it: a SharedWorker, or for the host
   * `'leader'` a Worker. Default: the one that comes with the package.
   */
  worker?: string | URL | ((kind: 'shared' | 'leader') => SharedWorker | Worker);
  /**
   * Where the runtime lives: in a SharedWorker, in a worker of one tab for all, or in each page. Default: the first of these that the browser
   * has and that comes up.
   */
  host?: 'shared' | 'leader' | 'page';
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
  /** How long a connection may be away before `onDisconnect`, ms; 0: at once, as V2 does. Default: 1500. */
  disconnectGrace?: number;
}

/** What is empty or null counts as left out: that is how pages pass what they do not have. */
export function settingsOf(options: JMessageOptions | null): Settings {
  const given = options ?? {};
  const address = given.address || DEFAULT_ADDRESS;
  demand(/^(https?|wss?):\/\//.test(address), 'address', 'an http(s) or ws(s) URL', address);
  const engine = given.engine ?? (address === DEFAULT_ADDRESS ? 3 : 4);
  demand(engine === 3 || engine === 4, 'engine', '3 or 4', engine);
  const offlineSend = given.offlineSend ?? 'queue';
  demand(
    offlineSend === 'queue' || offlineSend === 'timeout',
    'offlineSend',
    '"queue" or "timeout"',
    offlineSend,
  );
  const outboxAge = given.outboxAge ?? OUTBOX_AGE_MS;
  demand(typeof outboxAge === 'number' && outboxAge > 0, 'outboxAge', 'a number of ms', outboxAge);
  const disconnectGraceMs = given.disconnectGrace ?? DISCONNECT_GRACE_MS;
  demand(
    typeof disconnectGraceMs === 'number' && disconnectGraceMs >= 0,
    'disconnectGrace',
    'a number of ms, or 0',
    disconnectGraceMs,
  );
  const { host } = given;
  demand(!host || HOST_KINDS.includes(host), 'host', '"shared", "leader" or "page"', host);
  const base = address.replace(/^ws/, 'http').replace(/\/+$/, '');
  return {
    address: base,
    uploadUrl: given.upload_file || (address === DEFAULT_ADDRESS ? DEFAULT_UPLOAD_URL : `${base}/resource`),
    engine,
    debug: Boolean(given.debug),
    outboxAgeMs: offlineSend === 'timeout' ? ACK_TIMEOUT_MS * MAX_TRIES : outboxAge,
    disconnectGraceMs,
    canAuth: typeof given.auth === 'function',
  };
}

function demand(fits: boolean, option: string, expected: string, value: unknown): void {
  if (!fits) throw new TypeError(`JMessage: ${option} must be ${expected}, not ${JSON.stringify(value)}`);
}

/** Where the runtime is found. */
export function filesOf(worker: JMessageOptions['worker'], bundled: RuntimeFiles): RuntimeFiles {
  if (!worker) return bundled;
  return { ...bundled, ...(typeof worker === 'function' ? { worker } : workerAt(worker)) };
}
