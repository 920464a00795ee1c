/** The steps of a tab's handshake with a worker. */
import { type Remote, wrap } from 'comlink';
import {
  type Call,
  type Confirmation,
  type Hello,
  type Lane,
  lanesOf,
  type Pong,
  type Port,
  PROTOCOL,
  type TabMessage,
  type Welcome,
  type WorkerAddress,
  type WorkerApi,
} from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import type { Host } from './hosts/host.js';
import { holdLock } from './locks.js';
import type { ReachedWorker } from './open-calls.js';

/** A worker that has not answered by then counts as not started. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Early enough that a request of the script can be answered before that. */
const SLOW_MS = 4_000;
export const LATE = `no answer within ${HANDSHAKE_TIMEOUT_MS / 1_000} s`;

/** Each opening has a lock of its own: a frozen worker may hold the lock of the last one. @returns null without locks */
export function holdTabLock(
  locks: Page['locks'],
  opening: string,
  signal: AbortSignal,
): Promise<string | null> {
  // Some browsers have locks and refuse them.
  return locks ? holdLock(locks, `jmessage:tab:${opening}`, signal).catch(() => null) : Promise.resolve(null);
}

/**
 * Rejects with {@link LATE} if the work takes too long, or with the reason of `fail`. Never settles if there is no result.
 * @param onSlow the work will soon be late
 */
function inTime<T>(
  signal: AbortSignal,
  work: (fail: (reason: string) => void) => Promise<T | undefined>,
  onSlow: (fail: (reason: string) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timers = [
      setTimeout(() => onSlow(reject), SLOW_MS),
      setTimeout(() => reject(LATE), HANDSHAKE_TIMEOUT_MS),
    ];
    const stop = () => timers.forEach(clearTimeout);
    signal.addEventListener('abort', stop);
    // Not `finally`: a page's own Promise may have none.
    work(reject).then(
      (result) => {
        stop();
        if (result) resolve(result);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

interface Contact {
  events: Lane;
  api: Remote<WorkerApi>;
  pong: Partial<Pong>;
}

/** Opens the port. A worker that answers too late must learn nothing with which it could open a session. @returns undefined if it is too late */
function contact(
  host: Host,
  signal: AbortSignal,
  onError: (reason: string) => void,
  onLeft: (calls: readonly Call[]) => void,
): Promise<Contact | undefined> {
  const connected = new Promise<Port>((resolve) => resolve(host.connect(onError, signal, onLeft)));
  return connected.then((port) => {
    if (signal.aborted) return void port.close();
    signal.addEventListener('abort', () => port.close());
    const [calls, events] = lanesOf(port);
    const api = wrap<WorkerApi>(calls);
    return api.ping().then((pong) => (signal.aborted ? undefined : { events, api, pong }));
  });
}

export interface HandshakeParts {
  onLeft(calls: readonly Call[]): void;
  /** A worker of this protocol has answered, before it receives the introduction. */
  onContact(instance: string, at: WorkerAddress | null): void;
  /** The worker's protocol is newer than this tab's. */
  onOutdated(): void;
  onMessage(message: TabMessage): void;
  /** The tab's introduction, without its lock. */
  hello(): Omit<Hello, 'lock'>;
}

/** A worker that knows the tab. */
export interface GreetedWorker extends Omit<ReachedWorker, 'signal'> {
  welcome: Welcome;
}

/**
 * Opens a port to the host's worker and introduces the tab. Never settles once the signal is aborted, or with a worker of a newer protocol.
 * @param lock the tab's own, which it holds already
 * @param onError the browser reports that the worker has failed, perhaps long after the handshake
 */
export function shakeHands(
  host: Host,
  lock: string | null,
  signal: AbortSignal,
  parts: HandshakeParts,
  onError: (reason: string) => void,
): Promise<GreetedWorker> {
  const greet = ({ events, api, pong }: Contact): Promise<GreetedWorker> | undefined => {
    const { protocol, instance = '', at = null } = pong;
    if (protocol !== undefined && protocol > PROTOCOL) return void parts.onOutdated();
    if (protocol !== PROTOCOL) throw new Error('its script is of an older build');
    parts.onContact(instance, at);
    events.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
      if (!signal.aborted) parts.onMessage(data);
    });
    const confirm = (upTo: Confirmation) => events.postMessage(upTo);
    return api
      .hello(Object.assign(parts.hello(), { lock }))
      .then((welcome) => ({ api, call: api.call, confirm, welcome }));
  };
  const work = (fail: (reason: string) => void) => {
    const failed = (reason: string) => {
      fail(reason);
      if (!signal.aborted) onError(reason);
    };
    return contact(host, signal, failed, parts.onLeft).then((reached) =>
      reached ? greet(reached) : undefined,
    );
  };
  return inTime(signal, work, (fail) => {
    host.whyLate?.().then(
      (defect) => defect && fail(defect),
      () => undefined,
    );
  });
}
