/**
 * Web Locks as signs of life: who lives holds a lock, and whoever wants to know of their death queues for it.
 * A tab takes its own before it names it to the worker, so that the worker can never find it free while the tab lives.
 */
type Locks = Pick<LockManager, 'request'>;

/** Holds the lock until the signal. @returns its name, once it is held */
export function holdLock(locks: Locks, name: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { signal }, () => {
        resolve(name);
        return new Promise<void>((release) => {
          if (signal.aborted) release();
          signal.addEventListener('abort', () => release());
        });
      })
      .catch(reject);
  });
}

/** Calls back when the holder has died, unless the signal comes first. */
export function whenFree(locks: Locks, name: string, signal: AbortSignal, fn: () => void): void {
  locks
    .request(name, { mode: 'shared', signal }, () => {
      if (!signal.aborted) fn();
    })
    .catch(() => {
      // The signal came first.
    });
}
