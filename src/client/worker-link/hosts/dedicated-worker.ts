/**
 * The worker of a leading tab. Its script may be on another origin, such as a CDN. Browsers refuse workers of other origins, but a worker of the page
 * may import a module from there if that origin allows it by CORS.
 */
import type { RuntimeFiles } from './host.js';

/** The fragment tells the worker its own address (`addressOfWorker`). */
function importing(url: URL, type: WorkerType = 'classic'): string {
  const name = JSON.stringify(url.href);
  const source = type === 'module' ? `import ${name}` : `importScripts(${name})`;
  return `${URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))}#${url.href}`;
}

/**
 * Only the call of the constructor has the address that a bundler or the application has put there. So the constructor is another one while that call
 * runs.
 */
export function dedicatedWorker(files: RuntimeFiles): SharedWorker | Worker {
  const { Worker: Native } = globalThis;
  if (!Native) return files.worker('leader');
  globalThis.Worker = class extends Native {
    constructor(script: string | URL, options?: WorkerOptions) {
      const url = new URL(script, document.baseURI);
      const isForeign = /^https?:$/.test(url.protocol) && url.origin !== location.origin;
      super(isForeign ? importing(url, options?.type) : url, options);
    }
  };
  try {
    return files.worker('leader');
  } finally {
    globalThis.Worker = Native;
  }
}
