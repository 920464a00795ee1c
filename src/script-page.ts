/** A classic script that `script.ts` loads where no worker runs. It hands over its parts on its own element. */
import { finish, open } from './worker/page-entry.js';

Object.assign(document.currentScript ?? {}, { brings: { finish, open } });
