/**
 * The classic script: `<script src="jmessage-sdk-web.min.js">` gives the page `window.JMessage` and takes its worker from beside itself.
 * What it is to module loaders, its build adds (`scripts/bundle/of-2017.ts`).
 */

import { JMessageCore } from './client/jmessage.js';
import type { JMessageOptions } from './client/options.js';
import type { Host } from './client/worker-link/hosts/host.js';
import { sharedHostAt } from './client/worker-link/hosts/shared-host.js';

const WORKER_FILE = 'jmessage-worker.min.js';

/**
 * Known only while the script runs: from the page, or, for a script that is a module's or a loader's, from where an error would be. A script
 * that was put in the page as text has no address: the page's own then has to do.
 */
const element = document.currentScript as HTMLScriptElement | null;
const address = element
  ? element.src
  : /https?:\/\/[^\s()@]+?(?=:\d+:\d+)/.exec(new Error().stack || '')?.[0];
const base = address || document.baseURI;

const besideThisScript = (): Host => sharedHostAt(new URL(WORKER_FILE, base));

class JMessage extends JMessageCore {
  constructor(options?: JMessageOptions) {
    super(options, besideThisScript);
  }
}

Object.assign(window, { JMessage });
