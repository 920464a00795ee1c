/**
 * The worker as a bundler of the consuming application emits it. The `new SharedWorker(new URL(…))` below has to stay literal and in one
 * piece, with literal options: that is what Vite, webpack and Rollup recognise a worker by.
 */
import type { Host } from './host.js';
import { sharedHost } from './shared-host.js';

export function bundledWorker(): Host {
  return sharedHost(
    () =>
      new SharedWorker(new URL('../../../worker/entry.js', import.meta.url), {
        type: 'module',
        name: 'jmessage-v1',
        extendedLifetime: true,
      } as WorkerOptions),
  );
}
