/** Ends a session some time after its last tab has gone, so that a reload does not reconnect. */
import type { Clock } from '../util/clock.js';

const IDLE_TIMEOUT_MS = 15_000;
/** How many times as long a session stays while it has open requests. */
const MAX_EXTENSIONS = 20;

export class IdleTimeout {
  #cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly isBusy: () => boolean,
    private readonly onTimeout: () => void,
  ) {}

  begin(extensions = 0): void {
    this.cancel();
    this.#cancel = this.clock.after(IDLE_TIMEOUT_MS, () => {
      if (extensions < MAX_EXTENSIONS && this.isBusy()) this.begin(extensions + 1);
      else this.onTimeout();
    });
  }

  cancel(): void {
    this.#cancel();
  }
}
