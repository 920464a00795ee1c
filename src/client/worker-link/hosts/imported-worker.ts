/**
 * A dedicated worker whose script is on another origin, such as a CDN. Browsers refuse workers of other origins, but let a worker of the page import
 * their modules, if that origin allows it by CORS.
 */
import type { RuntimeFiles } from './host.js';

/** @returns undefined if the script is on the page's own origin, or if only a bundler knows its address */
export function importedWorker({ url = '' }: RuntimeFiles): Worker | undefined {
  const address = /^(https?:)?\/\//.test(url) ? new URL(url, location.href) : undefined;
  if (!address || address.origin === location.origin) return undefined;
  const source = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(address.href)}`], { type: 'text/javascript' }),
  );
  // The fragment tells the worker its own address (`addressOfWorker`).
  return new Worker(`${source}#${address.href}`, { type: 'module' });
}
