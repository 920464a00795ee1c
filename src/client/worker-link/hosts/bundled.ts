/**
 * The runtime as a bundler of the consuming application emits it. Each `new …Worker(new URL(…))` and `import(…)` below has to stay literal and
 * in one piece, with literal options. Vite, webpack and their like recognise them by that form.
 */
import type { RuntimeFiles } from './host.js';

const scope: string = import.meta.url;

const worker: RuntimeFiles['worker'] = (kind) =>
  kind === 'shared'
    ? new SharedWorker(new URL('../../../worker/entry.js', import.meta.url), {
        type: 'module',
        name: 'jmessage-0.1.0',
        extendedLifetime: true,
      } as WorkerOptions)
    : new Worker(new URL('../../../worker/entry.js', import.meta.url), {
        type: 'module',
        name: 'jmessage-0.1.0',
      });

/**
 * The address above, if the bundler has left it as it is. Such bundlers emit no worker, so the page's warning names this address and what it
 * answered. Any other bundler has put its own address in the place of this one, which the page cannot know.
 */
const LEFT = '../../../worker/entry.js';
const left = (): { url?: string } =>
  scope && String(worker).includes(LEFT) ? { url: new URL(LEFT, scope).href } : {};

export const bundledFiles: RuntimeFiles = {
  ...left(),
  scope,
  worker,
  fallback: () => import('./fallback.js'),
  // Its types belong to the worker, and `client` must not import them.
  page: () => import('../../../worker/page-entry.js' as string),
};
