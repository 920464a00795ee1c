/** The worker with a clock that runs `?speed=` times as fast. Five tries of thirty seconds take a moment, without any mock. */
import { browserPlatform } from '../../../src/worker/platform/browser-platform.js';
import { addressOfWorker, listen } from '../../../src/worker/platform/listen.js';
import { serve } from '../../../src/worker/runtime/serve.js';

const speed = Number(new URL(self.location.href).searchParams.get('speed') ?? 1);
const startedAt = Date.now();

listen(
  serve(
    browserPlatform(addressOfWorker, {
      now: () => startedAt + (Date.now() - startedAt) * speed,
      after(ms, fn) {
        const timer = setTimeout(fn, ms / speed);
        return () => clearTimeout(timer);
      },
    }),
  ),
);
