/**
 * Pages and workers that the browser freezes. None of their code runs until they thaw, and then all that happened to them meanwhile follows, in its
 * order. A page's timers belong to the page whose code has set them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export class Freezer {
  #owner: AsyncLocalStorage<string> | undefined;
  /** The events of each frozen page or worker, for its thaw. */
  readonly #frozen = new Map<string, (() => void)[]>();

  /** From now on it is known whose code runs. This slows every promise, so only tests that freeze pages need it. */
  follow(): void {
    this.#owner = new AsyncLocalStorage();
  }

  unfollow(): void {
    this.#owner?.disable();
  }

  /** Whose code runs. */
  get running(): string {
    return this.#owner?.getStore() ?? '';
  }

  /** Runs code of that owner, with all that follows from it. */
  run<T>(owner: string, fn: () => T): T {
    return this.#owner ? this.#owner.run(owner, fn) : fn();
  }

  /** Something happens to the owner: its code runs now, or when it thaws. */
  happen(owner: string, fn: () => void): void {
    const missed = this.#frozen.get(owner);
    if (missed) missed.push(fn);
    else this.run(owner, fn);
  }

  isFrozen(owner: string): boolean {
    return this.#frozen.has(owner);
  }

  freeze(owner: string): void {
    if (!this.isFrozen(owner)) this.#frozen.set(owner, []);
  }

  thaw(owner: string): void {
    const missed = this.#frozen.get(owner) ?? [];
    this.#frozen.delete(owner);
    for (const fn of missed) this.happen(owner, fn);
  }

  /** The owner is gone, and nothing happens to it any more. */
  crash(owner: string): void {
    this.#frozen.delete(owner);
  }
}
