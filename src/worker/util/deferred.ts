/** Promises with a separate `resolve`. */
export interface Deferred {
  done: Promise<void>;
  resolve(): void;
}

export function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const done = new Promise<void>((now) => {
    resolve = now;
  });
  return { done, resolve };
}

/** Resolves with the promise, or when the signal is aborted. */
export function unlessAborted(
  wait: Promise<void> | undefined,
  signal: AbortSignal,
): Promise<void> | undefined {
  if (!wait) return undefined;
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  return Promise.race([wait, aborted]);
}
