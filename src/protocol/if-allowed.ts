/** A capability that a browser may lack or forbid by an exception, as sandboxed frames, some private windows and web views do. */
export function ifAllowed<T>(get: () => T | undefined): T | null {
  try {
    return get() ?? null;
  } catch {
    return null;
  }
}

/** Web Locks. An object whose methods throw at once, as a page's own may be, counts as none. One that refuses later is left to its callers. */
export const webLocks = () =>
  ifAllowed(() => {
    navigator.locks.query().catch(() => undefined);
    return navigator.locks;
  });
