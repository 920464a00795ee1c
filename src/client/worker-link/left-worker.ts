/** The remains of a worker that a tab has left for its successor. */
import type { Page } from '../page/page.js';
import type { Host } from './hosts/host.js';

/** The worker of an older build has this long to close its sessions. */
const FLUSH_MS = 2_000;

export class LeftWorker {
  #releaseLock = (): void => undefined;
  #leaveHost = (): void => undefined;

  /** Takes the life lock of a wedged worker, so that the other tabs follow: they wait for it. */
  takeLock(locks: Page['locks'], lock: string): void {
    const held = () => new Promise<void>((resolve) => (this.#releaseLock = resolve));
    locks?.request(lock, { steal: true }, held).catch(() => undefined);
  }

  /** Leaves the host soon. A leading tab's worker ends with its tab's part in that host, and needs a moment for its last writes. */
  leaveLater(host: Host): void {
    this.#leaveHost();
    const timer = setTimeout(() => this.#leaveHost(), FLUSH_MS);
    this.#leaveHost = () => {
      clearTimeout(timer);
      this.#leaveHost = () => undefined;
      host.leave?.();
    };
  }

  /** The next worker has answered. */
  releaseLock(): void {
    this.#releaseLock();
  }

  leave(): void {
    this.#releaseLock();
    this.#leaveHost();
  }
}
