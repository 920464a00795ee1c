/** A classic script that `script.ts` loads where the SharedWorker is missing or fails. It hands over its parts on its own element. */
import * as brings from './client/worker-link/hosts/fallback.js';

Object.assign(document.currentScript ?? {}, { brings });
