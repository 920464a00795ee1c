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

/** Settles as the promise does. @returns undefined if the signal is aborted first */
export function unlessAborted<T>(
  wait: Promise<T> | undefined,
  signal: AbortSignal,
): Promise<T | undefined> | undefined {
  if (!wait) return undefined;
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    wait.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
