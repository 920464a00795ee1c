/**
 * The runtime as a bundler of the consuming application emits it. Each `new …Worker(new URL(…))` and `import(…)` below has to stay literal and
 * in one piece, with literal options. Vite, webpack and Rollup recognise them by that form.
 */
import type { RuntimeFiles } from './host.js';

export const bundledFiles: RuntimeFiles = {
  scope: import.meta.url,
  worker: (kind) =>
    kind === 'shared'
      ? new SharedWorker(new URL('../../../worker/entry.js', import.meta.url), {
          type: 'module',
          name: 'jmessage-0.1.0',
          extendedLifetime: true,
        } as WorkerOptions)
      : new Worker(new URL('../../../worker/entry.js', import.meta.url), {
          type: 'module',
          name: 'jmessage-0.1.0',
        }),
  fallback: () => import('./fallback.js'),
  // Its types belong to the worker, and `client` must not import them.
  page: () => import('../../../worker/page-entry.js' as string),
};
