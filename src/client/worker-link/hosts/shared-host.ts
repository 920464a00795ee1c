/** The SharedWorker host: one worker for all tabs of the origin. */
import { type Port, WORKER_NAME } from '../../../protocol/tab.js';
import type { Page } from '../../page/page.js';
import { afterLogOuts } from './after-log-outs.js';
import type { Host, RuntimeFiles } from './host.js';

/** @param isLed whether a leading tab serves the other tabs already: two workers would take the account from each other */
export function sharedHost(files: RuntimeFiles, { locks }: Page, isLed: () => Promise<boolean>): Host {
  /** Workers of this name, by their locks. */
  const live = (): Promise<string[]> =>
    locks
      ? locks.query().then(
          ({ held = [] }) =>
            held.map(({ name = '' }) => name).filter((name) => name.indexOf(`"${WORKER_NAME}`) > 0),
          () => [],
        )
      : Promise.resolve([]);
  const start = (onError: (reason: string) => void): Port => {
    const worker = files.worker('shared');
    worker.onerror = (event) =>
      void files
        .fallback()
        .then(({ whyNot }) => whyNot(files.url, event))
        .then(onError, () => onError('its script could not be loaded or run'));
    if ('port' in worker) return worker.port;
    throw TypeError('a Worker is no SharedWorker');
  };
  const host: Host = {
    kind: 'shared',
    name: 'SharedWorker',
    // Chromium reports the failure of a script to the first tab only.
    whyLate: () => files.fallback().then(({ wrongScript }) => wrongScript(files.url)),
    connect: (onError, signal) =>
      isLed()
        .then((led) => {
          if (led) throw new Error('another tab leads');
          return live();
        })
        .then((locks) => {
          // One that has replaced a wedged worker has a number in its name.
          if (locks.some((lock) => /:\d+"/.test(lock))) {
            return files.fallback().then(({ newestIn, hostAt }) => {
              host.at = newestIn(locks);
              return hostAt(host.at, files).connect(onError, signal);
            });
          }
          const first = () => start(onError);
          return locks[0] ? first() : afterLogOuts(files, first);
        }),
  };
  return host;
}
