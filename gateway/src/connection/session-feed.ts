/**
 * The pushes of a session: live messages and events, and missed ones. Promises that nothing overtakes older messages or events: from login
 * to the end of the sync, and during every later sync, what is live waits.
 */
import type { WireMessage } from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import type { WireEvent } from '../store/events.js';
import type { EncodedMessage } from '../store/messages.js';
import { SizeBatcher } from '../util/size-batcher.js';
import { ClientData } from './client-data.js';
import {
  type FeedStore,
  MissedPushes,
  type Outlet,
  type SyncRange,
  type SyncRequest,
} from './missed-pushes.js';

/** Live messages that are taken up at once after a sync. */
const READ_AT_ONCE = 50;

interface LiveOutlet extends Outlet {
  /** @param messages each as JSON */
  pushLive(messages: readonly string[]): void;
}

/** Live pushes that wait for the end of a sync. */
interface Held {
  /** In the order of ids. */
  messages: Set<number>;
  events: { event: WireEvent; stored: boolean }[];
}

const encoded = (wire: WireMessage): EncodedMessage => ({
  msg_id: wire.msg_id,
  from_gid: wire.from_gid,
  json: JSON.stringify(wire),
});

const noneHeld = (): Held => ({ messages: new Set(), events: [] });

export class SessionFeed {
  /** Null while the session is live. */
  #held: Held | null = noneHeld();
  /** Syncs have handed out everything up to here. */
  #syncedUpTo = 0;
  #eventsSyncedUpTo = 0;
  readonly #client: ClientData;
  readonly #missed: MissedPushes;
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly uid: number,
    platform: string,
    private readonly store: FeedStore,
    private readonly outlet: LiveOutlet,
    private readonly settings: Pick<Settings, 'syncPushBytes' | 'heldMessages' | 'offlineMessages'>,
  ) {
    this.#client = new ClientData(settings.offlineMessages);
    this.#missed = new MissedPushes(uid, platform, store, outlet, settings, this.#client);
  }

  /** The client has taken the pushes of the sync up to that key. */
  taken(key: number): void {
    this.#missed.window.taken(key);
  }

  /** The socket has closed, so nothing is taken any more. */
  close(): void {
    this.#missed.window.close();
  }

  /** The client has a message that it sent. */
  sent(msgId: number): void {
    this.#client.addMessage(msgId);
  }

  /** Whether the client was pushed that event live, and a sync has it as well. */
  hasPushed(eventId: number): boolean {
    return this.#client.hasEvent(eventId);
  }

  /** The client has one message of a user. */
  async acknowledge(msgId: number): Promise<void> {
    this.#client.addMessage(msgId);
    await this.store.mailboxes.acknowledge(this.uid, msgId);
  }

  /** The client has one message of a group. */
  async acknowledgeInGroup(gid: number, msgId: number): Promise<void> {
    const upTo = this.#client.acknowledgedInGroup(gid, msgId);
    if (upTo !== undefined) await this.store.mailboxes.acknowledgeInGroup({ uid: this.uid, gid, upTo });
  }

  /** The client has everything up to a key. */
  async acknowledgeUpTo(key: number): Promise<void> {
    this.#client.acknowledgedUpTo(key);
    await this.store.mailboxes.acknowledgeUpTo(this.uid, key);
  }

  /** @param messages committed, in the order of ids */
  deliver(messages: readonly EncodedMessage[]): void {
    const due = messages.filter(({ msg_id }) => msg_id > this.#syncedUpTo);
    if (!this.#held) {
      this.#pushLive(due);
      return;
    }
    for (const { msg_id } of due) this.#held.messages.add(msg_id);
    if (this.#held.messages.size > this.settings.heldMessages) {
      this.outlet.giveUp('too many messages during its sync');
    }
  }

  /** @param stored whether a sync has the event as well */
  deliverEvent(event: WireEvent, stored: boolean): void {
    if (!this.#held) {
      this.#pushEvent(event, stored);
      return;
    }
    this.#held.events.push({ event, stored });
    if (this.#held.events.length > this.settings.heldMessages) {
      this.outlet.giveUp('too many events during its sync');
    }
  }

  #pushEvent(event: WireEvent, stored: boolean): void {
    if (stored) this.#client.pushedEvent(event.event_id);
    this.outlet.push('event_notification', event, 0);
  }

  /** Pushes what lies beyond the client's keys and is news to it, up to the range's ends, and goes live. */
  sync(request: SyncRequest, range: SyncRange): Promise<void> {
    return this.#inTurn(async () => {
      const held = this.#held ?? noneHeld();
      this.#held = held;
      this.#client.startSync();
      await this.#missed.messages(request, range.messages, (ids) => {
        for (const id of ids) held.messages.delete(id);
      });
      this.#syncedUpTo = Math.max(this.#syncedUpTo, range.messages);
      await this.#missed.events(request, range.events);
      this.#eventsSyncedUpTo = Math.max(this.#eventsSyncedUpTo, range.events.last);
      await this.#missed.receipts(range.receipts);
      this.#client.endSync({ messages: range.messages, events: range.events.last });
      await this.#goLive(held);
    });
  }

  /** Goes live without a sync. */
  goLive(): Promise<void> {
    return this.#inTurn(() => (this.#held ? this.#goLive(this.#held) : Promise.resolve()));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    // The caller gets the failure, and the next one in turn proceeds.
    this.#work = done.catch(() => {});
    return done;
  }

  /** Pushes what waits, until nothing does. */
  async #goLive({ messages, events }: Held): Promise<void> {
    while (messages.size > 0 && this.outlet.isOpen()) {
      const ids = [...messages].slice(0, READ_AT_ONCE);
      for (const id of ids) messages.delete(id);
      for await (const mails of this.#missed.read(ids)) {
        this.#pushLive(mails.map(({ wire }) => encoded(wire)));
        await this.outlet.drained();
      }
    }
    this.#held = null;
    for (const { event, stored } of events) {
      if (!stored || event.event_id > this.#eventsSyncedUpTo) this.#pushEvent(event, stored);
    }
  }

  #pushLive(messages: readonly EncodedMessage[]): void {
    const batch = new SizeBatcher<EncodedMessage>(this.settings.syncPushBytes, ({ json }) =>
      Buffer.byteLength(json),
    );
    const push = (full: EncodedMessage[]): void => this.outlet.pushLive(full.map(({ json }) => json));
    for (const message of messages) {
      this.#client.pushed(message);
      const full = batch.add(message);
      if (full) push(full);
    }
    const last = batch.take();
    if (last.length > 0) push(last);
  }
}
