/** The worker's script, for a SharedWorker and for a leading tab's worker. */
import { browserPlatform } from './platform/browser-platform.js';
import { listen } from './platform/listen.js';
import { serve } from './runtime/serve.js';

listen(serve(browserPlatform()));
