/** The tabs of a session and what they are told: each event once, in order, and the rest of it for those who come back. */
import type { ListenerEvents, Message, SyncedConversation } from '../protocol/worker.js';
import { EventLog, type EventName } from './event-log.js';
import type { Tab } from './tab.js';

export class Audience {
  readonly tabs = new Set<Tab>();
  readonly #events = new EventLog();

  constructor(private readonly nextSeq: () => number) {}

  get size(): number {
    return this.tabs.size;
  }

  /** @param hears which tabs it is for; all of them if left out */
  publish<L extends EventName>(
    listener: L,
    data: ListenerEvents[L],
    hears?: (tabId: string) => boolean,
  ): void {
    const { event } = this.#events.append(this.nextSeq(), listener, data, hears);
    for (const tab of this.tabs) if (!hears || hears(tab.id)) tab.deliver([event]);
  }

  /** @param since the last event that the tab has had; null if it is new: an outage before its time is none of its business */
  catchUp(tab: Tab, since: number | null): void {
    const { events, complete } = this.#events.since(since ?? 0, tab.id);
    if (!complete) tab.tell({ kind: 'gap' });
    tab.deliver(since === null ? events.filter(({ listener }) => listener !== 'onDisconnect') : events);
  }

  /** Marks a moment. @returns what takes the history, read later: the tab is told that first, and then what has happened since */
  markFor(tab: Tab): (history: SyncedConversation[]) => void {
    const seq = this.nextSeq();
    tab.hold();
    return (history) => {
      const told = new Set<number>();
      for (const { listener, data } of this.#events.since(seq, tab.id).events) {
        if (listener === 'onMsgReceive') told.add((data as Message).msg_id);
      }
      const data = history
        .map((one) => ({ ...one, msgs: one.msgs.filter(({ msg_id }) => !told.has(msg_id)) }))
        .filter(({ msgs }) => msgs.length > 0);
      const isNews = data.length > 0 && this.tabs.has(tab);
      tab.release(isNews ? [{ seq, listener: 'onSyncConversation', data }] : []);
    };
  }

  /** Something that one tab alone hears, out of the common sequence. */
  deliverTo<L extends EventName>(tab: Tab, listener: L, data: ListenerEvents[L]): void {
    tab.deliver([{ seq: this.nextSeq(), listener, data } as Parameters<Tab['deliver']>[0][number]]);
  }

  /** The state has changed. */
  announce(): void {
    for (const tab of this.tabs) tab.reflect();
  }
}
