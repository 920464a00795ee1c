/** Options of `new JMessage(options)`: their checks and defaults. */
import {
  ACK_TIMEOUT_MS,
  DEFAULT_ADDRESS,
  DEFAULT_UPLOAD_URL,
  DISCONNECT_GRACE_MS,
  type JMessageOptions,
  MAX_TRIES,
  OUTBOX_AGE_MS,
  type Settings,
} from '../protocol/tab.js';
import { workerAt } from './worker-link/hosts/files.js';
import { HOST_KINDS, type RuntimeFiles } from './worker-link/hosts/host.js';

/** An empty value or null counts as left out, since pages pass these for absent values. */
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

/** The files of the runtime, by the `worker` option. */
export function filesOf(worker: JMessageOptions['worker'], bundled: RuntimeFiles): RuntimeFiles {
  if (!worker) return bundled;
  return Object.assign({}, bundled, typeof worker === 'function' ? { worker } : workerAt(worker));
}
