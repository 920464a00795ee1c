/** The timer for the next send that may expire. */
import type { Clock } from '../util/clock.js';

/** In some browsers longer timers run out at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Expiry {
  #at = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** Runs at that time or earlier. A time in the past is ignored: such a send was checked, and is in flight or has its tries. */
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
