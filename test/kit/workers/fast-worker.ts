/** The SharedWorker with a clock that runs `?speed=` times as fast. Five tries of thirty seconds take a moment, without any mock. */
import { browserPlatform } from '../../../src/worker/platform/browser-platform.js';
import { serve } from '../../../src/worker/runtime/serve.js';

const speed = Number(new URL(self.location.href).searchParams.get('speed') ?? 1);
const startedAt = Date.now();

const accept = serve(
  browserPlatform({
    now: () => startedAt + (Date.now() - startedAt) * speed,
    after(ms, fn) {
      const timer = setTimeout(fn, ms / speed);
      return () => clearTimeout(timer);
    },
  }),
);

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) accept(port);
});
