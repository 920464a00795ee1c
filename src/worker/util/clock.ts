/** Time, handed in: a test can run a day in a millisecond. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** @returns cancels the timer */
  after(ms: number, fn: () => void): () => void;
}

/** No timer of a running worker is so late. */
const LATE_MS = 500;

/** Calls `fn` after `ms`, or `frozen` instead if the browser has frozen this worker meanwhile, or the machine has slept. @returns cancels it */
export function afterRunning(clock: Clock, ms: number, fn: () => void, frozen: () => void): () => void {
  const due = clock.now() + ms;
  return clock.after(ms, () => (clock.now() > due + LATE_MS ? frozen() : fn()));
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end);
  });
}

/** Runs work with a signal that is aborted after `ms`. */
export function within<T>(clock: Clock, ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.after(ms, () => deadline.abort());
  return work(deadline.signal).finally(cancel);
}
