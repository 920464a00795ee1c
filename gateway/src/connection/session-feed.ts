/**
 * The pushes of a session: live messages and events, and missed ones. Promises that nothing overtakes older messages or events: from login
 * to the end of the sync, and during every later sync, what is live waits.
 */
import type { PushEvent, WireMessage } from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import { conversationName } from '../store/conversations.js';
import type { WireEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import type { MailedMessage, MailedReceipt } from '../store/mailboxes.js';
import type { KeyRange } from '../store/marks.js';
import { RecentIds } from '../util/recent-ids.js';
import { SizeBatcher } from '../util/size-batcher.js';
import { GroupAcks } from './group-acks.js';

/** Live messages that are taken up at once after a sync. */
const READ_AT_ONCE = 50;
/** Messages whose sizes are looked up at once. */
const SIZED_AT_ONCE = 500;
/** The maximum of deliveries between two syncs of a session. */
const MAX_RECENT = 2_000;

interface Outlet {
  /** @param messages how many of them the client will acknowledge */
  push(event: PushEvent, payload: object, messages: number): void;
  /** Does what asks the database, when it is the account's turn. */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when the client has taken what was pushed so far. */
  drained(): Promise<void>;
  /** The client cannot keep up: it has to come back and sync anew. */
  giveUp(reason: string): void;
  isOpen(): boolean;
}

/** From where a sync goes, … */
interface SyncRequest {
  /** The highest message that the client has. */
  key: number;
  /** The highest event, likewise. */
  eventKey: number;
  roaming: boolean;
}

/** …and how far. */
export interface SyncRange {
  messages: number;
  events: KeyRange;
  receipts: KeyRange;
}

const alone = new WeakMap<WireMessage, object>();

/** The pushed part of live messages. For a single one it is the same object for all who get it, so that it is encoded once. */
function liveOf(messages: WireMessage[]): object {
  const [first, ...others] = messages;
  if (!first || others.length > 0) return { messages };
  const known = alone.get(first) ?? { messages: [first] };
  alone.set(first, known);
  return known;
}

export class SessionFeed {
  /** Live messages that wait, in the order of ids. */
  #held = new Set<number>();
  #heldEvents: { event: WireEvent; stored: boolean }[] = [];
  #holding = true;
  /** Syncs have handed out everything up to here. */
  #syncedUpTo = 0;
  #eventsSyncedUpTo = 0;
  readonly #groupAcks: GroupAcks;
  /**
   * The client's data beyond the keys of the last sync: messages that it has acknowledged or sent, and live events. A script asks
   * again with those keys, and is not told again; who asks with others knows where it is.
   */
  #last: { messages: number; events: number } | undefined;
  readonly #had = new RecentIds(MAX_RECENT);
  readonly #told = new RecentIds(MAX_RECENT);
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly uid: number,
    private readonly platform: string,
    private readonly store: Pick<Store, 'mailboxes' | 'events' | 'receipts'>,
    private readonly outlet: Outlet,
    private readonly settings: Pick<Settings, 'syncPushBytes' | 'heldMessages' | 'offlineMessages'>,
  ) {
    this.#groupAcks = new GroupAcks(settings.offlineMessages);
  }

  /** The client has a message that it sent. */
  sent(msgId: number): void {
    this.#had.add(msgId);
  }

  /** Whether the client was told that event live, and a sync has it as well. */
  wasTold(eventId: number): boolean {
    return this.#told.has(eventId);
  }

  /** The client has one message of a user, … */
  async acknowledge(msgId: number): Promise<void> {
    this.#had.add(msgId);
    await this.store.mailboxes.acknowledge(this.uid, msgId);
  }

  /** …of a group, … */
  async acknowledgeInGroup(gid: number, msgId: number): Promise<void> {
    this.#had.add(msgId);
    const upTo = this.#groupAcks.acknowledged(gid, msgId);
    if (upTo !== undefined) await this.store.mailboxes.acknowledgeInGroup({ uid: this.uid, gid, upTo });
  }

  /** …or everything up to a key. */
  async acknowledgeUpTo(key: number): Promise<void> {
    this.#groupAcks.acknowledgedUpTo(key);
    await this.store.mailboxes.acknowledgeUpTo(this.uid, key);
  }

  #track({ from_gid, msg_id }: WireMessage): void {
    if (from_gid > 0) this.#groupAcks.pushed(from_gid, msg_id);
  }

  /** @param messages committed, in the order of ids */
  deliver(messages: readonly WireMessage[]): void {
    const due = messages.filter(({ msg_id }) => msg_id > this.#syncedUpTo);
    if (!this.#holding) {
      this.#pushLive(due);
      return;
    }
    for (const { msg_id } of due) this.#held.add(msg_id);
    if (this.#held.size > this.settings.heldMessages) this.outlet.giveUp('too many messages during its sync');
  }

  /**
   * Passes on an event.
   * @param stored whether a sync has it as well
   */
  tell(event: WireEvent, stored: boolean): void {
    if (!this.#holding) {
      this.#pushEvent(event, stored);
      return;
    }
    this.#heldEvents.push({ event, stored });
    if (this.#heldEvents.length > this.settings.heldMessages) {
      this.outlet.giveUp('too many events during its sync');
    }
  }

  #pushEvent(event: WireEvent, stored: boolean): void {
    if (stored) this.#told.add(event.event_id);
    this.outlet.push('event_notification', event, 0);
  }

  /** Pushes what lies beyond the client's keys and is news to it, up to the range's ends, and goes live. */
  sync(request: SyncRequest, range: SyncRange): Promise<void> {
    return this.#inTurn(async () => {
      this.#holding = true;
      this.#groupAcks.restart();
      await this.#pushMissed(request, range.messages);
      await this.#pushMissedEvents(request, range.events);
      await this.#pushMissedReceipts(range.receipts);
      this.#last = { messages: range.messages, events: range.events.last };
      await this.#goLive();
    });
  }

  /** Goes live without a sync. */
  goLive(): Promise<void> {
    return this.#inTurn(() => (this.#holding ? this.#goLive() : Promise.resolve()));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    // The caller gets the failure, and the next one in turn proceeds.
    this.#work = done.catch(() => {});
    return done;
  }

  /** Reading in pieces waits for its turn before each piece. */
  async *#inTurns<T>(pieces: AsyncGenerator<T>): AsyncGenerator<T> {
    for (;;) {
      const { done, value } = await this.outlet.turn(() => pieces.next());
      if (done) return;
      yield value;
    }
  }

  /** Reads messages slice by slice, each in its turn. */
  async *#read(ids: readonly number[]): AsyncGenerator<MailedMessage[]> {
    const { mailboxes } = this.store;
    const sized = await this.outlet.turn(() => mailboxes.sized(ids));
    yield* this.#inTurns(mailboxes.slices(this.uid, sized));
  }

  async #pushMissed({ key, roaming }: SyncRequest, upTo: number): Promise<void> {
    const { mailboxes } = this.store;
    await this.outlet.turn(() => mailboxes.trimPending(this.uid));
    const unread = await this.outlet.turn(() => mailboxes.unread(this.uid));
    const asBefore = key === this.#last?.messages;
    const portion = new SizeBatcher<MailedMessage>(this.settings.syncPushBytes);
    for await (const ids of this.#inTurns(mailboxes.missed({ uid: this.uid, key, roaming, upTo }))) {
      for (let start = 0; start < ids.length; start += SIZED_AT_ONCE) {
        const chunk = ids
          .slice(start, start + SIZED_AT_ONCE)
          .filter((id) => !(asBefore && this.#had.has(id)));
        for await (const mails of this.#read(chunk)) {
          for (const mail of mails) {
            const full = portion.add(mail);
            if (!full) continue;
            // Acknowledging a push says "I have everything up to its key", so the key must not be beyond what the push has.
            this.#pushConversations(full, unread, full.at(-1)?.wire.msg_id ?? 0);
            await this.outlet.drained();
            if (!this.outlet.isOpen()) return;
          }
        }
        for (const id of chunk) this.#held.delete(id);
      }
    }
    this.#syncedUpTo = Math.max(this.#syncedUpTo, upTo);
    // The last one closes the gap, so that a client's key never ends up behind where it was.
    const last = portion.take();
    if (last.length > 0) this.#pushConversations(last, unread, Math.max(upTo, key));
  }

  async #pushMissedEvents({ eventKey }: SyncRequest, { acknowledged, last: upTo }: KeyRange): Promise<void> {
    const asBefore = eventKey === this.#last?.events;
    const portion = new SizeBatcher<WireEvent>(this.settings.syncPushBytes);
    const push = (sync_key: number, events: WireEvent[]): void =>
      this.outlet.push('sync_event', { sync_key, events }, 0);
    const missed = this.store.events.missed(this.uid, this.platform, acknowledged, upTo);
    for await (const events of this.#inTurns(missed)) {
      for (const event of events) {
        if (asBefore && this.#told.has(event.event_id)) continue;
        const full = portion.add(event);
        if (!full) continue;
        push(full.at(-1)?.event_id ?? 0, full);
        await this.outlet.drained();
        if (!this.outlet.isOpen()) return;
      }
    }
    this.#eventsSyncedUpTo = Math.max(this.#eventsSyncedUpTo, upTo);
    const last = portion.take();
    if (last.length > 0) push(upTo, last);
  }

  /** Live changes of receipts do not wait: of two counts the smaller is the newer one. */
  async #pushMissedReceipts({ acknowledged, last }: KeyRange): Promise<void> {
    const missed = this.store.receipts.missed(this.uid, acknowledged, last);
    for await (const { key, receipts } of this.#inTurns(missed)) {
      this.outlet.push('sync_receipt', { sync_key: key, receipts }, 0);
      await this.outlet.drained();
      if (!this.outlet.isOpen()) return;
    }
  }

  #pushConversations(mails: MailedMessage[], unread: ReadonlyMap<string, number>, syncKey: number): void {
    const conversations = new Map<
      string,
      Pick<MailedMessage, 'conversation'> & { msgs: WireMessage[]; receipts: MailedReceipt[] }
    >();
    for (const { conversation, wire, receipt } of mails) {
      const name = conversationName(conversation.msg_type, conversation.key);
      const entry = conversations.get(name) ?? { conversation, msgs: [], receipts: [] };
      entry.msgs.push(wire);
      if (receipt) entry.receipts.push(receipt);
      conversations.set(name, entry);
      this.#track(wire);
    }
    const messages = [...conversations].map(([name, { conversation, msgs, receipts }]) => ({
      ...conversation,
      unsync_count: unread.get(name) ?? 0,
      receipt_msgs: receipts,
      msgs,
    }));
    this.outlet.push('sync_conversation', { sync_key: syncKey, messages }, mails.length);
  }

  /** Pushes what waits, until nothing does. */
  async #goLive(): Promise<void> {
    while (this.#held.size > 0 && this.outlet.isOpen()) {
      const ids = [...this.#held].slice(0, READ_AT_ONCE);
      for (const id of ids) this.#held.delete(id);
      for await (const mails of this.#read(ids)) {
        this.#pushLive(mails.map(({ wire }) => wire));
        await this.outlet.drained();
      }
    }
    this.#holding = false;
    for (const { event, stored } of this.#heldEvents.splice(0)) {
      if (!stored || event.event_id > this.#eventsSyncedUpTo) this.#pushEvent(event, stored);
    }
  }

  #pushLive(messages: readonly WireMessage[]): void {
    const portion = new SizeBatcher<WireMessage>(this.settings.syncPushBytes);
    const push = (full: WireMessage[]): void => this.outlet.push('msg_sync', liveOf(full), full.length);
    for (const message of messages) {
      this.#track(message);
      const full = portion.add(message);
      if (full) push(full);
    }
    const last = portion.take();
    if (last.length > 0) push(last);
  }
}
