/** The runtime's files at an address that the application names, on its own origin. */
import { WORKER_NAME } from '../../../protocol/tab.js';
import type { RuntimeFiles } from './host.js';

/**
 * The worker's script at that address.
 *
 * `extendedLifetime` keeps a SharedWorker, and so the connection, over a reload of the last tab (Chrome 148; others ignore it).
 */
export const workerAt = (
  url: string | URL,
  name = WORKER_NAME,
): Pick<RuntimeFiles, 'worker' | 'scope' | 'url'> => ({
  scope: String(url),
  url: String(url),
  worker: (kind) => {
    const options = { type: 'module', name, extendedLifetime: true } as WorkerOptions;
    return kind === 'shared' ? new SharedWorker(url, options) : new Worker(url, options);
  },
});
