/**
 * The delay before the next connection. Full jitter spreads the clients of a restarted server. Only a stable minute resets the delay, since a
 * server that accepts and then drops connections would otherwise be tried in a loop.
 */
import type { Clock } from '../util/clock.js';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const STABLE_MS = 60_000;

export class Backoff {
  #failures = 0;
  #upSince: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /** The connection is up, and counts as stable if it stays so. */
  up(): void {
    this.#upSince = this.clock.now();
  }

  /** The connection is lost, or could not be opened. @returns the delay in ms */
  next(): number {
    if (this.#upSince !== undefined && this.clock.now() - this.#upSince >= STABLE_MS) this.#failures = 0;
    this.#upSince = undefined;
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return this.random() * ceiling;
  }
}
