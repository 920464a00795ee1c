/**
 * The latest events of an account, in order, so that a returning tab can get those that it missed. `seq` counts over all accounts of one boot
 * of the worker, so it never falls for a tab that changes its account.
 */
import type { AccountEvent, EventName, ListenerEvents } from '../../protocol/worker.js';

/** Events that are kept at least. A tab that missed more of them learns that some are lost. */
const KEPT_EVENTS = 5_000;
/** Tabs whose joining is remembered. */
const KEPT_TABS = 1_000;

interface LoggedEvent {
  event: AccountEvent;
  /** The tabs that the event is for; undefined: all. */
  isFor: ((tabId: string) => boolean) | undefined;
}

export class EventLog {
  #events: LoggedEvent[] = [];
  /** The last `seq` of which the log does not know. */
  #forgotten: number;
  /** The `seq` at which each tab joined. A tab without an event since then cannot state a `seq` of its own. */
  readonly #joined = new Map<string, number>();

  /** @param beginning the `seq` before the first event */
  constructor(beginning: number) {
    this.#forgotten = beginning;
  }

  joined(tabId: string, seq: number): void {
    this.#joined.delete(tabId);
    this.#joined.set(tabId, seq);
    const [oldest] = this.#joined.keys();
    if (this.#joined.size > KEPT_TABS && oldest !== undefined) this.#joined.delete(oldest);
  }

  /** 0 for a tab that has never joined. */
  joinedAt(tabId: string): number {
    return this.#joined.get(tabId) ?? 0;
  }

  append<L extends EventName>(
    seq: number,
    listener: L,
    data: ListenerEvents[L],
    isFor?: (tabId: string) => boolean,
  ): LoggedEvent {
    const logged = { event: { seq, listener, data } as AccountEvent, isFor };
    this.#events.push(logged);
    if (this.#events.length > KEPT_EVENTS * 2) {
      const dropped = this.#events.splice(0, KEPT_EVENTS);
      this.#forgotten = dropped.at(-1)?.event.seq ?? this.#forgotten;
    }
    return logged;
  }

  /** The tab's events after `seq`. `isComplete` is false if the log has dropped some of them. */
  since(seq: number, tabId: string): { events: AccountEvent[]; isComplete: boolean } {
    return {
      events: this.#events
        .filter(({ event, isFor }) => event.seq > seq && (!isFor || isFor(tabId)))
        .map(({ event }) => event),
      isComplete: seq >= this.#forgotten,
    };
  }
}
