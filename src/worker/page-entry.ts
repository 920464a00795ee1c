/** The runtime for a page without workers. Only such pages load this module. */
import { browserPlatform } from './platform/browser-platform.js';
import { serve } from './runtime/serve.js';

export const accept = serve(browserPlatform(() => null));
