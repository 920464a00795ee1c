/** The runtime for a page without workers. Only such pages load this module. */
import { browserPlatform } from './platform/browser-platform.js';
import { closingWithPage } from './platform/page-sockets.js';
import { serve } from './runtime/serve.js';

const platform = browserPlatform(() => null);

export const accept = serve({ ...platform, openSocket: closingWithPage(platform.openSocket) });
