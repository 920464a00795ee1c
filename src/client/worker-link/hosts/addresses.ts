/**
 * Workers that a tab reaches by their address: those of other builds, and those that have replaced a wedged one.
 *
 * A wedged SharedWorker cannot be ended, and its name leads to it as long as a page has it. So its successor has the same name with the next
 * number. Few tabs need this file.
 */
import type { Port, WorkerAddress } from '../../../protocol/tab.js';
import { workerAt } from './files.js';
import type { RuntimeFiles } from './host.js';
import { whyNot } from './why-not.js';

/** A SharedWorker at that address. */
export const hostAt = ({ url, name }: WorkerAddress, files: RuntimeFiles) => ({
  connect(onError: (reason: string) => void, _signal: AbortSignal): Promise<Port> {
    const worker = Object.assign({}, files, workerAt(url, name)).worker('shared') as SharedWorker;
    worker.onerror = (event) => void whyNot(url, event).then(onError);
    return Promise.resolve(worker.port);
  },
});

const numberOf = (name: string): number => Number(/:(\d+)$/.exec(name)?.[1] ?? 0);

export const successorOf = (at: WorkerAddress): WorkerAddress =>
  Object.assign({}, at, { name: `${at.name.replace(/:\d+$/, '')}:${numberOf(at.name) + 1}` });

/** @param locks of workers, at least one */
export const newestIn = (locks: readonly string[]): WorkerAddress =>
  locks
    .map((lock): WorkerAddress => JSON.parse(lock.slice(lock.indexOf('{'))))
    .reduce((best, one) => (numberOf(one.name) > numberOf(best.name) ? one : best));
