/** The hosts of a tab in the order of preference, and when each is started again. */
import type { Host } from './hosts/host.js';

/** Waits before each further start; after the last one the next host is tried. */
const RESTART_DELAYS_MS = [0, 500, 2_000] as const;
/** A link that has held this long starts counting afresh. Tabs that lead are closed all the time, and in WebKit those that run the SharedWorker. */
const STABLE_MS = 2_000;

export class HostSequence {
  #hosts: readonly Host[];
  #at = 0;
  #restarts = 0;
  /** 0: not open. */
  #openedAt = 0;
  #everOpened = false;

  constructor(
    private readonly own: readonly Host[],
    private readonly now: () => number,
  ) {
    this.#hosts = own;
  }

  /** The current host, or the host that is being tried. */
  get current(): Host {
    return this.#hosts[this.#at] as Host;
  }

  /** How often the current host was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Whether any worker has been reached. */
  get everOpened(): boolean {
    return this.#everOpened;
  }

  opened(): void {
    this.#openedAt = this.now();
    this.#everOpened = true;
  }

  /** Another worker takes the place of the current one; the tab's own hosts stay behind it. @param isRestart counts as a further start */
  enter(host: Host, isRestart: boolean): void {
    this.#restarts = isRestart ? this.#restarts + 1 : 0;
    this.#hosts = [host].concat(this.own);
    this.#at = 0;
  }

  /** Counts starts afresh. */
  reset(): void {
    this.#restarts = 0;
  }

  /** Begins with the first host again. */
  rewind(): void {
    this.#restarts = this.#at = 0;
  }

  /**
   * The current host's worker was lost.
   * @param isHopeless the host did not start: the next one is better
   * @returns the wait before the next start, ms, and the host that was left; undefined if no start is left
   */
  next(isHopeless: boolean): { delayMs: number; left?: Host } | undefined {
    const host = this.current;
    const heldMs = this.now() - this.#openedAt;
    if (this.#openedAt > 0 && heldMs >= STABLE_MS) this.#restarts = 0;
    this.#openedAt = 0;
    const delayMs = RESTART_DELAYS_MS[this.#restarts];
    this.#restarts += 1;
    if ((isHopeless || delayMs === undefined) && this.#at + 1 < this.#hosts.length) {
      this.#at += 1;
      this.#restarts = 0;
      return { delayMs: 0, left: host };
    }
    return delayMs === undefined ? undefined : { delayMs };
  }
}
