/** The names by which tabs and workers of one build, or of several, find each other. */

/** Raised when a tab and a worker of different builds would misunderstand each other: the month of the change. */
export const PROTOCOL = 202611;
/** If two builds want one account's socket, the newer one gets it. */
export const RUNTIME_VERSION = '0.1.0';
/**
 * The worker's name. It names the version, so that two builds at one address have a worker each. The literal in
 * `client/worker-link/hosts/bundled.ts` repeats it, because bundlers must be able to read it there.
 */
export const WORKER_NAME = 'jmessage-0.1.0';

/** A running worker that any tab of the origin can reach, if both speak the same protocol. */
export interface WorkerAddress {
  protocol: number;
  host: 'shared' | 'leader';
  /** The worker's script. */
  url: string;
  /** The name of a SharedWorker, or of the lock and the channel that the tabs of a leading tab share. */
  name: string;
}

/** The lock that a worker holds for its life. It names the address, so that a new tab finds the worker that has replaced another. */
export const lifeLockOf = (instance: string, at: WorkerAddress | null): string =>
  `jmessage:worker:${instance} ${JSON.stringify(at)}`;
