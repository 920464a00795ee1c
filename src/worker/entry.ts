/** The SharedWorker's script. */
import { browserPlatform } from './platform/browser-platform.js';
import { serve } from './runtime/serve.js';

const accept = serve(browserPlatform());

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) accept(port);
});
