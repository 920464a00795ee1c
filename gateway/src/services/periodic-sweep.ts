/** Deletes expired data at every interval of the settings. */
import type { Services } from './services.js';

interface PeriodicSweep {
  /** Starts no further sweep; resolves when the last one is done. */
  stop(): Promise<void>;
}

export function sweepPeriodically(services: Services): PeriodicSweep {
  const { log, settings, store } = services;
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping
      .then(() => store.sweep())
      .catch((error: unknown) => log.error({ err: error }, 'deleting what is too old failed'));
  }, settings.sweepIntervalMs);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return sweeping;
    },
  };
}
