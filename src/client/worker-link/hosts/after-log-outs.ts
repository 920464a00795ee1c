/** The start of a worker. The last one may have ended before it read the log-out of a left page, and the next one must not find the resume token. */
import { leftLogOuts } from '../../../protocol/tab.js';
import type { RuntimeFiles } from './host.js';

/** Starts it at once, unless log-outs wait. They are finished first, as far as that is possible. */
export function afterLogOuts<T>(files: Pick<RuntimeFiles, 'page'>, start: () => T): T | Promise<T> {
  if (!leftLogOuts()[0]) return start();
  return files
    .page()
    .then((runtime) => runtime.finish())
    .then(start, start);
}
