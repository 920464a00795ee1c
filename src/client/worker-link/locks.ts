/**
 * Web Locks as signs of life. A tab or a worker holds a lock while it lives, and the other side queues for that lock to notice the death.
 * A tab takes its lock before it names it to the worker, so the worker never finds the lock free while the tab lives.
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
