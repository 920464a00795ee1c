/** A classic script that `script.ts` loads where no worker runs. It hands over its parts on its own element. */
import { accept } from './worker/page-entry.js';

Object.assign(document.currentScript ?? {}, { brings: { accept } });
