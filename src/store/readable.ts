import { keepRaw } from './raw.js';

/** A value that changes. */
export interface Readable<T> {
  /** Calls `fn` after each change. @returns its removal */
  subscribe(fn: () => void): () => void;
  /** The present value: the same object until the next change. */
  getSnapshot(): T;
}

/**
 * @internal
 * A {@link Readable} that computes its value when it is read. Changes within one task are announced once, in a microtask, so a burst of
 * messages makes one snapshot.
 */
export class Cell<T> implements Readable<T> {
  readonly #listeners = new Set<() => void>();
  #snapshot: T | undefined;
  #isStale = true;
  #isAnnounced = false;

  /** @param watched called when the first listener comes */
  constructor(
    private readonly compute: () => T,
    private readonly watched: () => void = () => undefined,
  ) {
    keepRaw(this);
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  // Bound, since frameworks take the functions off the object.
  readonly subscribe = (fn: () => void): (() => void) => {
    const listener = () => fn();
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.watched();
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): T => {
    if (this.#isStale) {
      this.#snapshot = this.compute();
      this.#isStale = false;
    }
    return this.#snapshot as T;
  };

  /** The value has changed. */
  changed(): void {
    this.#isStale = true;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    queueMicrotask(() => {
      this.#isAnnounced = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
