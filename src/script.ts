/**
 * The classic script: `<script src="jmessage-sdk-web.min.js">` gives the page `window.JMessage` and takes its worker from beside itself.
 */
import type { Host } from './client/hosts/host.js';
import { sharedHostAt } from './client/hosts/shared-host.js';
import { JMessageCore } from './client/jmessage.js';
import type { JMessageOptions } from './client/options.js';

const WORKER_FILE = 'jmessage-worker.min.js';

/** Known only while the script runs. A script that was put in the page as text has no address: the page's own then has to do. */
const base = (document.currentScript as HTMLScriptElement | null)?.src || document.baseURI;

const besideThisScript = (): Host => sharedHostAt(new URL(WORKER_FILE, base));

class JMessage extends JMessageCore {
  constructor(options: JMessageOptions = {}) {
    super(options, besideThisScript);
  }
}

Object.assign(window, { JMessage });
