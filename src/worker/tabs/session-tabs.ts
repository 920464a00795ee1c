/** The tabs of a session. Each event is delivered once, in order, and a tab that returns gets the events that it missed. */
import {
  type AccountEvent,
  type ConversationId,
  type EventName,
  GROUP,
  type ListenerEvents,
  type Message,
  type OutboxEntry,
  type SyncedConversation,
} from '../../protocol/worker.js';
import { byPlace, type Place } from '../store/store.js';
import type { EventLog } from './event-log.js';
import { PendingDeliveries } from './pending-deliveries.js';
import { inSyncForm, laterThan } from './sync-form.js';
import type { Tab } from './tab.js';

interface SessionTabsParts {
  now(): number;
  /** Messages as conversations, with their counts. */
  asSynced(messages: Message[]): SyncedConversation[];
  /** The session has no tab and holds as many pushes as it may. The server keeps later ones. */
  onFull(): void;
}

/** Pushes that are held while the session has no tab. */
const MAX_UNDELIVERED = 10_000;

type IsFor = (tabId: string) => boolean;

export class SessionTabs {
  readonly tabs = new Set<Tab>();
  /** Pushes that no page has handled yet. */
  readonly deliveries: PendingDeliveries;
  /** Tabs that joined in an earlier worker, with the place of the newest message then. */
  readonly #returned = new Map<string, Place>();
  /** Messages that were retracted while pushes were undelivered. */
  readonly #retracted = new Set<number>();
  /** The `seq` at which this session begins. Earlier events are for the tabs that were there. */
  readonly #beginning: number;
  /** The active tab, as the mirrors show it. */
  #mirrored: Tab | undefined;

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

  /** Delivers an event to the tabs that it is for; to all of them unless given. */
  publish<L extends EventName>(listener: L, data: ListenerEvents[L], isFor?: IsFor): void {
    this.#post(listener, data, isFor);
  }

  /** As {@link publish}, for a push: if no tab confirms it, the next tab that joins gets it. */
  deliver<L extends EventName>(listener: L, data: ListenerEvents[L], isFor?: IsFor): void {
    const { event, tabs } = this.#post(listener, data, isFor);
    // A push that is for none of the present tabs was handled by them before.
    if (tabs.length > 0 || this.size === 0) this.deliveries.add(event, tabs);
    if (this.size === 0 && this.deliveries.size > MAX_UNDELIVERED) this.parts.onFull();
  }

  /** Delivers an event to one tab, outside of the common sequence. */
  deliverTo<L extends EventName>(tab: Tab, listener: L, data: ListenerEvents[L]): void {
    tab.deliver([{ seq: this.nextSeq(), listener, data } as AccountEvent]);
  }

  /** A tab has gone. Pushes that it did not confirm are delivered to the others. */
  left(tab: Tab): void {
    this.tabs.delete(tab);
    if (!this.deliveries.left(tab.id)) return;
    for (const other of this.tabs) {
      const missed = this.deliveries.undelivered(other.id);
      const events = this.#inSyncForm(missed);
      other.deliver(events);
      this.#assign(missed, other, events);
    }
  }

  /** The pushes that no page has handled, for a tab that joins. */
  undeliveredTo(tab: Tab): Undelivered {
    const missed = this.deliveries.undelivered(tab.id);
    return { missed, events: this.#inSyncForm(missed) };
  }

  /** Retracted messages: pages that have not handled them never get them. */
  retracted(msgIds: readonly number[]): void {
    if (this.deliveries.size === 0) return this.#retracted.clear();
    for (const id of msgIds) this.#retracted.add(id);
  }

  /**
   * Delivers the events that a returning tab missed.
   * @param since the last event that the tab has from this worker
   * @returns false if some of them are not in the log any more: then none is delivered
   */
  resume(tab: Tab, since: number): boolean {
    const { events, isComplete } = this.#missedBy(tab, since);
    if (!isComplete) return false;
    tab.deliver(events);
    if (events.length > 0) this.#assign(events, tab, events);
    return true;
  }

  /** The events since the session began or, for a tab that was in it, since it joined or since that `seq`. */
  eventsFor(tab: Tab, since = 0): AccountEvent[] {
    const { events, isComplete } = this.#missedBy(tab, since);
    if (!isComplete) tab.post({ kind: 'gap' });
    return events;
  }

  /**
   * Holds a tab's events until its history is read from the store.
   * @param earlier events that the tab gets between the history and later events
   * @param missed the pushes that are delivered with these
   * @returns delivers the history, then the earlier events, then those that came meanwhile
   */
  holdForHistory(
    tab: Tab,
    earlier: readonly AccountEvent[] = [],
    missed: readonly AccountEvent[] = [],
  ): (history: SyncedConversation[]) => void {
    const seq = this.nextSeq();
    // The tab gets them after its history.
    const then = earlier.map((event) => ({ ...event, seq: this.nextSeq() }));
    this.events.joined(tab.id, seq);
    // Until then no other tab gets them.
    this.deliveries.give(missed, tab.id, Number.POSITIVE_INFINITY);
    const release = tab.holdEvents();
    return (history) => {
      const live: Message[] = [];
      const synced: SyncedConversation[] = [];
      for (const { listener, data } of [...then, ...this.events.since(seq, tab.id).events]) {
        if (listener === 'onMsgReceive') live.push(...data.messages);
        if (listener === 'onSyncConversation') synced.push(...data);
      }
      const liveIds = new Set(live.map(({ msg_id }) => msg_id));
      const delivered = new Map<string, Message[]>();
      for (const one of [...synced, ...this.parts.asSynced(live)]) {
        delivered.set(nameOf(one), [...(delivered.get(nameOf(one)) ?? []), ...one.msgs]);
      }
      // Live messages at the end of a conversation are not part of the history; a live message before others has its place in it. Messages
      // that the tab gets anyway are added, since the store may have lost them, and the tab discards the repeats.
      const data = history
        .map((one) => {
          const msgs = union(one.msgs, delivered.get(nameOf(one)) ?? []);
          return { ...one, msgs: msgs.slice(0, lengthWithout(msgs, liveIds)) };
        })
        .filter(({ msgs }) => msgs.length > 0);
      const isHere = this.tabs.has(tab);
      const isNews = data.length > 0 && isHere;
      const older = [...(isNews ? [{ seq, listener: 'onSyncConversation' as const, data }] : []), ...then];
      // A tab that left meanwhile has given its pushes back.
      if (release(older) && isHere) this.#assign(missed, tab, older);
    };
  }

  /**
   * The tab joined in an earlier worker, and has all messages that were delivered there since.
   * @param seq the last event that the tab has from this worker
   * @returns the events after it, with no message from before the tab joined
   */
  missedByReturned(tab: Tab, seq: number): Undelivered {
    this.#returned.set(tab.id, tab.joined);
    const missed: AccountEvent[] = [];
    const events: AccountEvent[] = [];
    for (const event of this.eventsFor(tab, seq)) {
      const isSync = event.listener === 'onSyncConversation';
      const news = isSync ? { ...event, data: laterThan(tab.joined, event.data) } : event;
      if (news.listener === 'onSyncConversation' && news.data.length === 0) continue;
      missed.push(event);
      events.push(news);
    }
    return { missed, events };
  }

  /** A message, which an earlier worker may have delivered. A tab of that worker discards it, and gets none from before it joined. */
  publishMessage(message: Message, exceptTab?: string): void {
    const data = { ...message, messages: [message] as [Message] };
    const isFor = (tabId: string) => {
      const joined = this.#returned.get(tabId);
      return tabId !== exceptTab && (!joined || byPlace(message, joined) > 0);
    };
    // The page that sent an own message has handled it.
    if (exceptTab === undefined) this.deliver('onMsgReceive', data, isFor);
    else this.publish('onMsgReceive', data, isFor);
  }

  /** Missed conversations, which an earlier worker may have delivered. */
  publishSync(conversations: SyncedConversation[]): void {
    // A tab that returns later gets it from the log, see `missedByReturned`.
    const returned = new Map(this.#returned);
    this.deliver('onSyncConversation', conversations, (tabId) => !returned.has(tabId));
    for (const [tab, joined] of returned) {
      const news = laterThan(joined, conversations);
      if (news.length > 0) this.deliver('onSyncConversation', news, (tabId) => tabId === tab);
    }
  }

  /** Whether any tab listens to outbox changes. */
  get watchOutbox(): boolean {
    for (const tab of this.tabs) if (tab.watchesOutbox) return true;
    return false;
  }

  publishOutbox(change: OutboxEntry): void {
    this.publish('onOutboxChange', change, (tabId) => {
      for (const tab of this.tabs) if (tab.id === tabId) return tab.watchesOutbox;
      return false;
    });
  }

  updateUnread(counts: [ConversationId, number][]): void {
    for (const tab of this.tabs) tab.updateUnread(counts);
  }

  /** Whether a visible tab shows that conversation. */
  isViewed(conversation: ConversationId): boolean {
    for (const tab of this.tabs) if (tab.view.visible && tab.open === conversation) return true;
    return false;
  }

  /** Asks a tab with an `auth` function for a fresh signature. @returns whether there is one */
  askForAuth(): boolean {
    for (const tab of this.tabs) {
      if (!tab.settings.canAuth) continue;
      tab.post({ kind: 'auth' });
      return true;
    }
    return false;
  }

  /** The tab that acts for the account: a visible one first, a frozen one last. Of equal tabs it is the one that was shown or focused last. */
  get active(): Tab | undefined {
    const rank = ({ view: { frozen, visible } }: Tab) => (frozen ? 0 : visible ? 2 : 1);
    return [...this.tabs].sort((a, b) => rank(b) - rank(a) || b.view.viewedAt - a.view.viewedAt)[0];
  }

  /** A tab was shown, focused, hidden or frozen. */
  viewed(): void {
    if (this.active !== this.#mirrored) this.updateMirrors();
  }

  /** Gives every tab the changed state. */
  updateMirrors(): void {
    this.#mirrored = this.active;
    for (const tab of this.tabs) tab.postMirror();
  }

  /** @param events the form in which the tab gets the pushes; empty if none of them is left to deliver */
  #assign(missed: readonly AccountEvent[], tab: Tab, events: readonly AccountEvent[]): void {
    const last = events.at(-1);
    if (last) this.deliveries.give(missed, tab.id, last.seq);
    else this.deliveries.drop(missed);
  }

  #inSyncForm(missed: readonly AccountEvent[]): AccountEvent[] {
    const { asSynced } = this.parts;
    return inSyncForm(missed, (messages) =>
      asSynced(messages.filter(({ msg_id }) => !this.#retracted.has(msg_id))),
    ).map((event) => ({ ...event, seq: this.nextSeq() }) as AccountEvent);
  }

  #post<L extends EventName>(listener: L, data: ListenerEvents[L], isFor?: IsFor) {
    const { event } = this.events.append(this.nextSeq(), listener, data, isFor);
    const tabs = [...this.tabs].filter(({ id }) => !isFor || isFor(id));
    for (const tab of tabs) tab.deliver([event]);
    return { event, tabs: tabs.map(({ id }) => id) };
  }

  #missedBy(tab: Tab, since: number) {
    const from = Math.max(since, this.events.joinedAt(tab.id)) || this.#beginning;
    return this.events.since(from, tab.id);
  }
}

export interface Undelivered {
  /** As the server pushed them. */
  missed: readonly AccountEvent[];
  /** As the tab gets them. */
  events: readonly AccountEvent[];
}

/** Each message once, in the conversation's order. */
function union(kept: Message[], delivered: readonly Message[]): Message[] {
  const ids = new Set(kept.map(({ msg_id }) => msg_id));
  const others = delivered.filter(({ msg_id }) => ids.size < ids.add(msg_id).size);
  return others.length === 0 ? kept : [...kept, ...others].sort(byPlace);
}

/** The number of messages without those at the end that have one of the ids. */
function lengthWithout(msgs: readonly Message[], ids: ReadonlySet<number>): number {
  let length = msgs.length;
  while (length > 0 && ids.has(msgs[length - 1]?.msg_id ?? 0)) length -= 1;
  return length;
}

const nameOf = ({ msg_type, from_gid, from_appkey, from_username }: SyncedConversation): string =>
  JSON.stringify(msg_type === GROUP ? from_gid : [from_appkey, from_username]);
