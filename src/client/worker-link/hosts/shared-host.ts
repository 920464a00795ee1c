/** The SharedWorker host: one worker for all tabs of the origin. */
import type { Host, RuntimeFiles } from './host.js';

/** @param isLed whether a leading tab serves the other tabs already: two workers would take the account from each other */
export function sharedHost(files: RuntimeFiles, isLed: () => Promise<boolean>): Host {
  return {
    kind: 'shared',
    name: 'SharedWorker',
    connect: (onError) =>
      isLed().then((led) => {
        if (led) throw new Error('another tab leads');
        const worker = files.worker('shared');
        worker.onerror = (event) =>
          void files
            .fallback()
            .then(({ whyNot }) => whyNot(files.url, event))
            .then(onError, () => onError('its script could not be loaded or run'));
        if ('port' in worker) return worker.port;
        throw TypeError('a Worker is no SharedWorker');
      }),
  };
}
