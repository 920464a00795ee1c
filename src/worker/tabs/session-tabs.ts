/** The tabs of a session and what they are told: each event once, in order, and the rest of it for those who come back. */
import {
  type AccountEvent,
  type ConversationId,
  type EventName,
  GROUP,
  type ListenerEvents,
  type Message,
  type OutboxChange,
  type SyncedConversation,
} from '../../protocol/worker.js';
import { byPlace } from '../store/store.js';
import type { EventLog } from './event-log.js';
import { PendingDeliveries } from './pending-deliveries.js';
import { inSyncForm } from './sync-form.js';
import type { Tab } from './tab.js';

export interface SessionTabsParts {
  now(): number;
  /** Messages as conversations, with their counts. */
  asSynced(messages: Message[]): SyncedConversation[];
  /** No tab is there, and as much waits for one as is kept: the server keeps the rest. */
  onFull(): void;
}

/** How much is kept while no tab is there. */
const MAX_UNDELIVERED = 10_000;

export class SessionTabs {
  readonly tabs = new Set<Tab>();
  /** Pushes that no page has been handed yet. */
  readonly deliveries: PendingDeliveries;
  /** Tabs that come from an earlier worker, and where each began. */
  readonly #returned = new Map<string, number>();
  /** Messages that were taken back while something was undelivered. */
  readonly #retracted = new Set<number>();
  /** Where this session begins. What lies before is for tabs that were there. */
  readonly #beginning: number;

  constructor(
    private readonly events: EventLog,
    private readonly nextSeq: () => number,
    private readonly parts: SessionTabsParts,
  ) {
    this.#beginning = nextSeq();
    this.deliveries = new PendingDeliveries(parts.now);
  }

  get size(): number {
    return this.tabs.size;
  }

  /** @param hears which tabs it is for; all of them if left out */
  publish<L extends EventName>(
    listener: L,
    data: ListenerEvents[L],
    hears?: (tabId: string) => boolean,
  ): void {
    this.#post(listener, data, hears);
  }

  /** As {@link publish}, for what the server has pushed: if no tab is there, or none confirms it, the next page that joins is told. */
  deliver<L extends EventName>(
    listener: L,
    data: ListenerEvents[L],
    hears?: (tabId: string) => boolean,
  ): void {
    const { event, tabs } = this.#post(listener, data, hears);
    // Whom it is not for has it already.
    if (tabs.length > 0 || this.size === 0) this.deliveries.add(event, tabs);
    if (this.size === 0 && this.deliveries.size > MAX_UNDELIVERED) this.parts.onFull();
  }

  /** A tab has gone. What it was given and did not confirm is for the others. */
  left(tab: Tab): void {
    this.tabs.delete(tab);
    if (!this.deliveries.left(tab.id)) return;
    for (const other of this.tabs) {
      const missed = this.deliveries.undelivered(other.id);
      const events = this.#inSyncForm(missed);
      other.deliver(events);
      this.#given(missed, other, events);
    }
  }

  /** What no page has been handed, for a tab that joins. */
  undeliveredTo(tab: Tab): Undelivered {
    const missed = this.deliveries.undelivered(tab.id);
    return { missed, events: this.#inSyncForm(missed) };
  }

  /** @param events the form in which the tab was told them; nothing is left to tell if there are none */
  #given(missed: readonly AccountEvent[], tab: Tab, events: readonly AccountEvent[]): void {
    const last = events.at(-1);
    if (last) this.deliveries.give(missed, tab.id, last.seq);
    else this.deliveries.drop(missed);
  }

  /** Messages were taken back: a page that has not been handed them never will be. */
  retracted(msgIds: readonly number[]): void {
    if (this.deliveries.size === 0) return this.#retracted.clear();
    for (const id of msgIds) this.#retracted.add(id);
  }

  #inSyncForm(missed: readonly AccountEvent[]): AccountEvent[] {
    const { asSynced } = this.parts;
    return inSyncForm(missed, (messages) =>
      asSynced(messages.filter(({ msg_id }) => !this.#retracted.has(msg_id))),
    ).map((event) => ({ ...event, seq: this.nextSeq() }) as AccountEvent);
  }

  #post<L extends EventName>(listener: L, data: ListenerEvents[L], hears?: (tabId: string) => boolean) {
    const { event } = this.events.append(this.nextSeq(), listener, data, hears);
    const tabs = [...this.tabs].filter(({ id }) => !hears || hears(id));
    for (const tab of tabs) tab.deliver([event]);
    return { event, tabs: tabs.map(({ id }) => id) };
  }

  /**
   * @param since the last event that the tab has had of this worker
   * @returns whether all that it has missed is known, and told
   */
  comeBack(tab: Tab, since: number): boolean {
    const { events, complete } = this.#missedBy(tab, since);
    if (!complete) return false;
    tab.deliver(events);
    if (events.length > 0) this.#given(events, tab, events);
    return true;
  }

  /** What the session has heard since it began or, for one that was here before, since that one joined or had heard. */
  soFar(tab: Tab, since = 0): AccountEvent[] {
    const { events, complete } = this.#missedBy(tab, since);
    if (!complete) tab.tell({ kind: 'gap' });
    return events;
  }

  #missedBy(tab: Tab, since: number) {
    const from = Math.max(since, this.events.joinedAt(tab.id)) || this.#beginning;
    return this.events.since(from, tab.id);
  }

  /**
   * Marks a moment.
   * @param earlier events before it that the tab is to be told
   * @param missed pushes that are delivered with the history and those
   * @returns what takes the history, read later: the tab is told that first, then the earlier events, then what has happened since
   */
  markFor(
    tab: Tab,
    earlier: readonly AccountEvent[] = [],
    missed: readonly AccountEvent[] = [],
  ): (history: SyncedConversation[]) => void {
    const seq = this.nextSeq();
    // They come after the history, for this tab.
    const then = earlier.map((event) => ({ ...event, seq: this.nextSeq() }));
    this.events.joined(tab.id, seq);
    // Until then they are nobody else's.
    this.deliveries.give(missed, tab.id, Number.POSITIVE_INFINITY);
    const release = tab.hold();
    return (history) => {
      const live = new Set<number>();
      const synced = new Map<string, SyncedConversation[]>();
      for (const { listener, data } of [...then, ...this.events.since(seq, tab.id).events]) {
        if (listener === 'onMsgReceive') live.add(data.msg_id);
        if (listener !== 'onSyncConversation') continue;
        for (const one of data) synced.set(nameOf(one), [...(synced.get(nameOf(one)) ?? []), one]);
      }
      // What was told live at the end of a conversation stays so; what lies before something else keeps its place. What a sync has told
      // meanwhile is in the history, though the store may have lost it: the tab drops the repetition.
      const data = history
        .map((one) => {
          const told = synced.get(nameOf(one)) ?? [];
          const msgs = union(
            one.msgs,
            told.flatMap((each) => each.msgs),
          );
          return { ...one, msgs: msgs.slice(0, lengthWithout(msgs, live)) };
        })
        .filter(({ msgs }) => msgs.length > 0);
      const isNews = data.length > 0 && this.tabs.has(tab);
      const older = [...(isNews ? [{ seq, listener: 'onSyncConversation' as const, data }] : []), ...then];
      release(older);
      this.#given(missed, tab, older);
    };
  }

  /** Something that one tab alone hears, out of the common sequence. */
  deliverTo<L extends EventName>(tab: Tab, listener: L, data: ListenerEvents[L]): void {
    tab.deliver([{ seq: this.nextSeq(), listener, data } as Parameters<Tab['deliver']>[0][number]]);
  }

  /** The tab comes from an earlier worker, with all that it had been told there since it joined. */
  returned(tab: Tab): void {
    this.#returned.set(tab.id, tab.joinedMs);
  }

  /** A message, perhaps told once more: a tab that comes from an earlier worker drops what it had there, and hears nothing from before it joined. */
  publishMessage(message: Message, except?: string): void {
    const data = { ...message, messages: [message] as [Message] };
    const hears = (tabId: string) => {
      const joinedMs = this.#returned.get(tabId) ?? -1;
      return tabId !== except && message.ctime_ms > joinedMs;
    };
    // A message that was sent from here was handed to the page that sent it.
    if (except === undefined) this.deliver('onMsgReceive', data, hears);
    else this.publish('onMsgReceive', data, hears);
  }

  /** What was missed, perhaps told once more. */
  publishSync(conversations: SyncedConversation[]): void {
    this.deliver('onSyncConversation', conversations, (tabId) => !this.#returned.has(tabId));
    for (const [tab, joinedMs] of this.#returned) {
      const news = conversations
        .map((one) => ({ ...one, msgs: one.msgs.filter(({ ctime_ms }) => ctime_ms > joinedMs) }))
        .filter(({ msgs }) => msgs.length > 0);
      if (news.length > 0) this.deliver('onSyncConversation', news, (tabId) => tabId === tab);
    }
  }

  /** Whether a tab listens to what becomes of sends: else nobody need say. */
  watchesOutbox(): boolean {
    for (const tab of this.tabs) if (tab.watchesOutbox) return true;
    return false;
  }

  publishOutbox(change: OutboxChange): void {
    this.publish('onOutboxChange', change, (tabId) => {
      for (const tab of this.tabs) if (tab.id === tabId) return tab.watchesOutbox;
      return false;
    });
  }

  tellUnread(counts: [ConversationId, number][]): void {
    for (const tab of this.tabs) tab.tellUnread(counts);
  }

  /** Whether somebody is looking at that conversation. */
  looksAt(conversation: ConversationId): boolean {
    for (const tab of this.tabs) if (tab.visible && tab.open === conversation) return true;
    return false;
  }

  /** Asks a tab that can say so for a fresh signature. @returns whether there is one */
  askForAuth(): boolean {
    for (const tab of this.tabs) {
      if (!tab.settings.canAuth) continue;
      tab.tell({ kind: 'auth' });
      return true;
    }
    return false;
  }

  /** The state has changed. */
  announce(): void {
    for (const tab of this.tabs) tab.reflect();
  }
}

export interface Undelivered {
  /** As they came. */
  missed: readonly AccountEvent[];
  /** As the tab is to be told. */
  events: readonly AccountEvent[];
}

/** Each message once, in the conversation's order. */
function union(kept: Message[], told: readonly Message[]): Message[] {
  const ids = new Set(kept.map(({ msg_id }) => msg_id));
  const others = told.filter(({ msg_id }) => !ids.has(msg_id));
  return others.length === 0 ? kept : [...kept, ...others].sort(byPlace);
}

/** How many messages there are but for those at the end that are among the ids. */
function lengthWithout(msgs: readonly Message[], ids: ReadonlySet<number>): number {
  let length = msgs.length;
  while (length > 0 && ids.has(msgs[length - 1]?.msg_id ?? 0)) length -= 1;
  return length;
}

const nameOf = ({ msg_type, from_gid, from_appkey, from_username }: SyncedConversation): string =>
  JSON.stringify(msg_type === GROUP ? from_gid : [from_appkey, from_username]);
