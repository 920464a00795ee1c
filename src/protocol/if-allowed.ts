/** A capability that a browser may lack or forbid by an exception, as sandboxed frames, some private windows and web views do. */
export function ifAllowed<T>(get: () => T | undefined): T | null {
  try {
    return get() ?? null;
  } catch {
    return null;
  }
}
