/**
 * The pushes of a sync: messages, events and changes of receipts beyond the client's keys. All are read piece by piece, each in the account's
 * turn. The next piece waits until the client has read the last one.
 */
import type { PushEvent, WireMessage } from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import { conversationName } from '../store/conversations.js';
import type { WireEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import type { MailedMessage, MailedReceipt } from '../store/mailed-messages.js';
import type { KeyRange } from '../store/marks.js';
import { PushWindow, WINDOW_PUSHES } from '../util/push-window.js';
import { SizeBatcher } from '../util/size-batcher.js';
import type { ClientData } from './client-data.js';

/** The number of messages after which those that wait for the end of the sync are compared with what was pushed. */
const COMPARED_AT_ONCE = 500;

export interface Outlet {
  /** @param messages how many of them the client will acknowledge */
  push(event: PushEvent, payload: object, messages: number): void;
  /** Runs work on the database in the account's turn. */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when the client has taken what was pushed so far. */
  drained(): Promise<void>;
  /** Closes the socket of a client that reads too slowly. The client reconnects and syncs again. */
  giveUp(reason: string): void;
  isOpen(): boolean;
}

/** The keys from which a sync starts. */
export interface SyncRequest {
  /** The highest message that the client has. */
  key: number;
  /** The highest event that the client has. */
  eventKey: number;
  roaming: boolean;
  /** See `sync_check`. Without it only the network holds pushes back. */
  window?: number | undefined;
}

/** The keys at which a sync ends. */
export interface SyncRange {
  messages: number;
  events: KeyRange;
  receipts: KeyRange;
}

export type FeedStore = Pick<Store, 'mailboxes' | 'events' | 'receipts'>;

export class MissedPushes {
  readonly window = new PushWindow();

  constructor(
    private readonly uid: number,
    private readonly platform: string,
    private readonly store: FeedStore,
    private readonly outlet: Outlet,
    private readonly settings: Pick<Settings, 'syncPushBytes'>,
    private readonly client: ClientData,
  ) {}

  /** Reads messages slice by slice. */
  read(ids: readonly number[]): AsyncGenerator<MailedMessage[]> {
    return this.#inTurns(this.store.mailboxes.slices(this.uid, ids));
  }

  /** @param onRead receives the ids that are pushed, or that the client has */
  async messages(
    { key, roaming, window }: SyncRequest,
    upTo: number,
    onRead: (ids: readonly number[]) => void,
  ): Promise<void> {
    const { mailboxes } = this.store;
    await this.outlet.turn(() => mailboxes.trimPending(this.uid));
    const unread = await this.outlet.turn(() => mailboxes.unread(this.uid));
    const isNews = this.client.messageFilter(key);
    const { syncPushBytes } = this.settings;
    const perPush = window === undefined ? syncPushBytes : Math.min(syncPushBytes, window / WINDOW_PUSHES);
    const batch = new SizeBatcher<MailedMessage>(perPush);
    this.window.restart();
    for await (const ids of this.#inTurns(mailboxes.missed({ uid: this.uid, key, roaming, upTo }))) {
      for (let start = 0; start < ids.length; start += COMPARED_AT_ONCE) {
        const chunk = ids.slice(start, start + COMPARED_AT_ONCE).filter(isNews);
        for await (const mails of this.read(chunk)) {
          for (const mail of mails) {
            const full = batch.add(mail);
            if (!full) continue;
            // Acknowledging a push says "I have everything up to its key", so the key must not be beyond the messages of the push.
            const upToPush = full.at(-1)?.wire.msg_id ?? 0;
            if (window !== undefined) this.window.add(upToPush);
            this.#pushConversations(full, unread, upToPush);
            await this.outlet.drained();
            if (window !== undefined) await this.window.room();
            if (!this.outlet.isOpen()) return;
          }
        }
        onRead(chunk);
      }
    }
    // The last push carries the end of the range, so that the client's key never falls below its earlier value.
    const last = batch.take();
    if (last.length > 0) this.#pushConversations(last, unread, Math.max(upTo, key));
  }

  async events({ eventKey }: SyncRequest, { acknowledged, last: upTo }: KeyRange): Promise<void> {
    const isNews = this.client.eventFilter(eventKey);
    const batch = new SizeBatcher<WireEvent>(this.settings.syncPushBytes);
    const push = (sync_key: number, events: WireEvent[]): void =>
      this.outlet.push('sync_event', { sync_key, events }, 0);
    const missed = this.store.events.missed(this.uid, this.platform, acknowledged, upTo);
    for await (const events of this.#inTurns(missed)) {
      for (const event of events) {
        if (!isNews(event.event_id)) continue;
        const full = batch.add(event);
        if (!full) continue;
        push(full.at(-1)?.event_id ?? 0, full);
        await this.outlet.drained();
        if (!this.outlet.isOpen()) return;
      }
    }
    const last = batch.take();
    if (last.length > 0) push(upTo, last);
  }

  /** Live changes of receipts do not wait: of two counts the smaller is the newer one. */
  async receipts({ acknowledged, last }: KeyRange): Promise<void> {
    const missed = this.store.receipts.missed(this.uid, acknowledged, last);
    for await (const { key, receipts } of this.#inTurns(missed)) {
      this.outlet.push('sync_receipt', { sync_key: key, receipts }, 0);
      await this.outlet.drained();
      if (!this.outlet.isOpen()) return;
    }
  }

  /** Reads each piece in the account's turn. */
  async *#inTurns<T>(pieces: AsyncGenerator<T>): AsyncGenerator<T> {
    for (;;) {
      const { done, value } = await this.outlet.turn(() => pieces.next());
      if (done) return;
      yield value;
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
      this.client.pushed(wire);
    }
    const messages = [...conversations].map(([name, { conversation, msgs, receipts }]) => ({
      ...conversation,
      unsync_count: unread.get(name) ?? 0,
      receipt_msgs: receipts,
      msgs,
    }));
    this.outlet.push('sync_conversation', { sync_key: syncKey, messages }, mails.length);
  }
}
