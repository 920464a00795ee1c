/**
 * What happened to an account, in order: enough of it that a tab which was away can be told the rest.
 * `seq` counts over all accounts of one boot of the worker, so that it never runs backwards for a tab that changes its account.
 */
import type { AccountEvent, EventName, ListenerEvents } from '../../protocol/worker.js';

/** How many events are kept. A tab that was away for more of them learns that it missed some. */
const KEPT_EVENTS = 5_000;
/** … and of how many tabs it is known since when they have been here. */
const KEPT_TABS = 1_000;

export interface LoggedEvent {
  event: AccountEvent;
  /** Which tabs it is for; undefined: all. */
  hears: ((tabId: string) => boolean) | undefined;
}

export class EventLog {
  #events: LoggedEvent[] = [];
  /** Up to where it knows nothing. */
  #forgotten: number;
  /** From where each tab belongs to the account: one that has not heard a thing since cannot say so itself. */
  readonly #joined = new Map<string, number>();

  /** @param beginning where it begins */
  constructor(beginning: number) {
    this.#forgotten = beginning;
  }

  joined(tabId: string, seq: number): void {
    this.#joined.delete(tabId);
    this.#joined.set(tabId, seq);
    const [oldest] = this.#joined.keys();
    if (this.#joined.size > KEPT_TABS && oldest !== undefined) this.#joined.delete(oldest);
  }

  /** 0 for a tab that has not been here. */
  joinedAt(tabId: string): number {
    return this.#joined.get(tabId) ?? 0;
  }

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
