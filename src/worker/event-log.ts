/**
 * What happened to an account, in order: enough of it that a tab which was away can be told the rest.
 * `seq` counts over all accounts of one boot of the worker, so that it never runs backwards for a tab that changes its account.
 */
import type { AccountEvent, ListenerEvents } from '../protocol/worker.js';

/** How many events are kept. A tab that was away for more of them learns that it missed some. */
const KEPT_EVENTS = 5_000;

export type EventName = AccountEvent['listener'];

export interface LoggedEvent {
  event: AccountEvent;
  /** Which tabs it is for; undefined: all. */
  hears: ((tabId: string) => boolean) | undefined;
}

export class EventLog {
  #events: LoggedEvent[] = [];
  #forgotten = 0;

  append<L extends EventName>(
    seq: number,
    listener: L,
    data: ListenerEvents[L],
    hears?: (tabId: string) => boolean,
  ): LoggedEvent {
    const logged = { event: { seq, listener, data } as AccountEvent, hears };
    this.#events.push(logged);
    if (this.#events.length > KEPT_EVENTS * 2) {
      const dropped = this.#events.splice(0, KEPT_EVENTS);
      this.#forgotten = dropped.at(-1)?.event.seq ?? this.#forgotten;
    }
    return logged;
  }

  /** Everything after `seq` for that tab; `complete` is false when some of it is no longer kept. */
  since(seq: number, tabId: string): { events: AccountEvent[]; complete: boolean } {
    return {
      events: this.#events
        .filter(({ event, hears }) => event.seq > seq && (!hears || hears(tabId)))
        .map(({ event }) => event),
      complete: seq >= this.#forgotten,
    };
  }
}
