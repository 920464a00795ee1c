/** How long a session outlives its last tab. */
import type { Clock } from '../util/clock.js';

/** … so that a reload does not reconnect … */
const LINGER_MS = 15_000;
/** … and for how many times as long if something is still on its way. */
const MAX_LINGERS = 20;

export class IdleTimeout {
  #cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly isBusy: () => boolean,
    private readonly onOver: () => void,
  ) {}

  begin(times = 0): void {
    this.cancel();
    this.#cancel = this.clock.after(LINGER_MS, () => {
      if (times < MAX_LINGERS && this.isBusy()) this.begin(times + 1);
      else this.onOver();
    });
  }

  cancel(): void {
    this.#cancel();
  }
}
