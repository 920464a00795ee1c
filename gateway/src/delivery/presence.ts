/** Which accounts are here: one live session for each platform of an account. */

export class Presence<S> {
  readonly #sessions = new Map<number, Map<string, S>>();

  /** @returns the session that was there and is not to be any more */
  enter(uid: number, platform: string, session: S): S | undefined {
    const platforms = this.#sessions.get(uid) ?? new Map<string, S>();
    const displaced = platforms.get(platform);
    platforms.set(platform, session);
    this.#sessions.set(uid, platforms);
    return displaced === session ? undefined : displaced;
  }

  /** Does nothing for a session that was displaced already. */
  leave(uid: number, platform: string, session: S): void {
    const platforms = this.#sessions.get(uid);
    if (platforms?.get(platform) !== session) return;
    platforms.delete(platform);
    if (platforms.size === 0) this.#sessions.delete(uid);
  }

  of(uid: number): ReadonlyMap<string, S> {
    return this.#sessions.get(uid) ?? NOBODY;
  }

  /** The sessions of these accounts, each once. @param platform only its own */
  *among(uids: Iterable<number>, platform?: string): Iterable<S> {
    for (const uid of new Set(uids)) {
      for (const [of, session] of this.of(uid)) {
        if (platform === undefined || of === platform) yield session;
      }
    }
  }

  /** How many sessions there are. */
  get size(): number {
    let size = 0;
    for (const platforms of this.#sessions.values()) size += platforms.size;
    return size;
  }

  isOnline(uid: number): boolean {
    return this.#sessions.has(uid);
  }
}

const NOBODY: ReadonlyMap<string, never> = new Map<string, never>();
