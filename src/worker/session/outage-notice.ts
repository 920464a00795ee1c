/**
 * `onDisconnect`, once for each lost connection that is not back within the tab's `disconnectGrace`. The end of a session is no lost
 * connection: V2 does not call it after events 1 and 2, nor after `loginOut`.
 */
import type { Settings } from '../../protocol/worker.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Clock } from '../util/clock.js';

export class OutageNotice {
  /** The tabs that got the event for this outage. */
  readonly #notified = new Set<string>();
  #cancels: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly tabs: SessionTabs,
  ) {}

  /** The connection is lost. */
  down(): void {
    this.cancel();
    const graces = new Set([...this.tabs.tabs].map(({ settings }) => settings.disconnectGraceMs));
    for (const graceMs of graces) {
      const notify = () => this.#notify((settings) => settings.disconnectGraceMs === graceMs);
      if (graceMs === 0) notify();
      else this.#cancels.push(this.clock.after(graceMs, notify));
    }
  }

  /** The connection is back, or the session has ended. */
  cancel(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#notified.clear();
  }

  /** The connection will not return, so every tab gets the event at once. */
  giveUp(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#notify(() => true);
  }

  #notify(which: (settings: Settings) => boolean): void {
    const due = [...this.tabs.tabs].filter(({ id, settings }) => which(settings) && !this.#notified.has(id));
    const ids = new Set(due.map(({ id }) => id));
    for (const id of ids) this.#notified.add(id);
    if (ids.size > 0) this.tabs.publish('onDisconnect', undefined, (id) => ids.has(id));
  }
}
