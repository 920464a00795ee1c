/** Deletes expired data, and forgets limits that are full again, at every interval of the settings. */
import type { Services } from './services.js';

interface PeriodicSweep {
  /** Starts no further sweep; resolves when the last one is done. */
  stop(): Promise<void>;
}

export function sweepPeriodically(services: Services): PeriodicSweep {
  const { loginGuard, resumeGuard, serverGuard, uploadTries, registrationTries } = services;
  const { log, settings, store } = services;
  const limits = [loginGuard, resumeGuard, serverGuard, uploadTries, registrationTries];
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    for (const limit of limits) limit.sweep();
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
