/**
 * When tabs get their events. The first events after a pause are posted at the end of the worker's turn. Those of a burst are gathered, since
 * each post costs a tab a task and a confirmation, whatever its size.
 */
import type { Clock } from '../util/clock.js';

/** A frame of the screen: nobody can see an event that comes earlier. A page host in a hidden page waits up to a second, as all its timers do. */
export const GATHER_MS = 16;

export class PostSchedule {
  readonly #due = new Set<() => void>();
  #postedAt = 0;

  constructor(private readonly clock: Clock) {}

  /** Runs `post` once, at the end of this turn or within {@link GATHER_MS}. */
  soon(post: () => void): void {
    this.#due.add(post);
    if (this.#due.size > 1) return;
    const wait = this.#postedAt + GATHER_MS - this.clock.now();
    // After a longer wait than that the clock has been set back.
    if (wait > 0 && wait <= GATHER_MS) this.clock.after(wait, () => this.#run());
    else queueMicrotask(() => this.#run());
  }

  #run(): void {
    this.#postedAt = this.clock.now();
    const due = [...this.#due];
    this.#due.clear();
    for (const post of due) post();
  }
}
