/** When the next look is due at what waits for too long. */
import type { Clock } from '../util/clock.js';

/** Timers of a longer time run out at once in some browsers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Expiry {
  #at = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** The next look is due by then. What is due already has been looked at: it is out, or has its tries. */
  by(at: number): void {
    const now = this.clock.now();
    if (at >= this.#at || at <= now) return;
    this.cancel();
    this.#at = at;
    this.#cancel = this.clock.after(Math.min(LONGEST_TIMER_MS, at - now), () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.onDue();
    });
  }

  cancel(): void {
    this.#cancel();
    this.#at = Number.POSITIVE_INFINITY;
  }
}
