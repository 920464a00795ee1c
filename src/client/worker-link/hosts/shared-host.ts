/** The SharedWorker host: one worker for all tabs of the origin. */
import { WORKER_NAME } from '../../../protocol/tab-worker/link.js';
import type { Host } from './host.js';
import { whyNot } from './why-not.js';

export type SharedWorkerFactory = () => SharedWorker;

/** @param url where its script is, as far as is known */
export function sharedHost(start: SharedWorkerFactory, url?: string): Host {
  return {
    name: 'SharedWorker',
    connect(onError) {
      const worker = start();
      worker.onerror = (event) => void whyNot(url, event).then(onError);
      return worker.port;
    },
  };
}

/**
 * A worker script at an address of the application's choosing, on its own origin.
 *
 * `extendedLifetime` keeps the worker, and so the connection, over a reload of the last tab (Chrome 148; others ignore it).
 */
export function sharedHostAt(url: string | URL): Host {
  return sharedHost(
    () =>
      new SharedWorker(url, { type: 'module', name: WORKER_NAME, extendedLifetime: true } as WorkerOptions),
    String(url),
  );
}

/** Says why not, where there are no SharedWorkers. */
export function assertSharedWorker(): void {
  if (typeof SharedWorker === 'function') return;
  throw new Error(
    typeof window === 'undefined'
      ? 'JMessage works in a web page: importing it on a server is fine, `new JMessage()` has to wait for the browser.'
      : 'JMessage needs SharedWorker, which this browser does not have. Chrome, Edge, Firefox and Safari 16 or later do; some private windows and web views turn it off.',
  );
}
