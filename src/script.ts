/**
 * The classic script: `<script src="jmessage-sdk-web.min.js">` gives the page `window.JMessage`. Its worker, and the files that replace a missing
 * worker, stand beside it. The build adds the forms for module loaders (`scripts/bundle/of-2017.ts`).
 */
import { JMessageCore } from './client/jmessage.js';
import { workerAt } from './client/worker-link/hosts/files.js';
import type { RuntimeFiles } from './client/worker-link/hosts/host.js';
import type { JMessageOptions } from './protocol/api/jmessage.js';

/**
 * The address is known only while the script runs. The page's element has it, or an error's stack if a module or a loader runs the script. A
 * script that was put in the page as text has no address, so the page's own serves.
 */
const element = document.currentScript as HTMLScriptElement | null;
const address = element
  ? element.src
  : /https?:\/\/[^\s()@]+?(?=:\d+:\d+)/.exec(new Error().stack || '')?.[0];
const base = address || document.baseURI;

const beside = (file: string) => new URL(`jmessage-${file}.min.js`, base).href;

/** Loads a classic script, which hands over its parts on its own element: pages of 2017 have no `import()`. */
const load = <T>(file: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = () => resolve((script as HTMLScriptElement & { brings: T }).brings);
    script.onerror = () => reject(new Error(`${script.src} could not be loaded`));
    // A policy may allow only scripts of that nonce.
    if (element) script.nonce = element.nonce;
    script.src = beside(file);
    document.head.appendChild(script);
  });

const brought: Pick<RuntimeFiles, 'fallback' | 'page'> = {
  fallback: () => load('fallback'),
  page: () => load('page'),
};
const besideThisScript: RuntimeFiles = Object.assign(workerAt(beside('worker')), brought);

class JMessage extends JMessageCore {
  constructor(options?: JMessageOptions) {
    super(options, besideThisScript);
  }
}

Object.assign(window, { JMessage });
