/**
 * Everything that the server pushes to a session, each kind to its place: messages to the inbox, events, receipts and room messages to the
 * tabs, and to the server, once a page has been handed them, the acknowledgements of what it wants to have acknowledged.
 */
import {
  type EndReason,
  EVENT_OTHER_LOGIN,
  EVENT_PASSWORD_CHANGED,
  type EventNotification,
  type ReceiptChange,
} from '../../protocol/worker.js';
import type { Progress, Store } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import { readCount } from '../util/read-answer.js';
import type { ChatRooms } from './chat-rooms.js';
import { retractionIn, toldOf } from './events.js';
import type { Inbox } from './inbox.js';
import type { KnownReceipts } from './known-receipts.js';
import { ProfileTimes } from './profile-times.js';
import * as pushes from './push-parsing.js';

/** Events and receipts that are remembered to recognise repeats. */
const REMEMBERED = 500;

export interface PushRouterParts {
  self: { appkey: string; username: string };
  audience: SessionTabs;
  inbox: Inbox;
  rooms: ChatRooms;
  receipts: KnownReceipts;
  store: Store;
  acknowledge(event: string, payload: object): void;
  onReadElsewhere(read: {
    gid?: number | undefined;
    username?: string | undefined;
    appkey?: string | undefined;
  }): void;
  onEnd(reason: EndReason): void;
}

export class PushRouter {
  #progress: Progress;
  /** As it is on the disk, and as the server may be told: all of it has been handed to a page. */
  #delivered: Progress;
  readonly #profileTimes = new ProfileTimes();
  readonly #routes: Record<string, (payload: unknown) => void>;

  /** @param progress where the account's streams were left, by another worker */
  constructor(
    private readonly parts: PushRouterParts,
    progress: Progress | undefined,
  ) {
    this.#progress = {
      syncKey: 0,
      eventKey: 0,
      receiptKey: 0,
      seenEvents: [],
      seenReceipts: [],
      ...progress,
    };
    this.#delivered = this.#progress;
    const { inbox, rooms, audience } = parts;
    this.#routes = {
      msg_sync: (payload) => {
        this.#tellProfiles(payload);
        inbox.live(payload);
      },
      sync_conversation: (payload) => {
        this.#tellProfiles(payload);
        inbox.synced(payload);
      },
      event_notification: (payload) => this.#notified(pushes.parseNotification(payload)),
      sync_event: (payload) => this.#syncedEvents(pushes.parseSyncEvent(payload)),
      receipt_change: (payload) => {
        const change = this.#lower(pushes.parseReceipt(payload));
        if (change) audience.deliver('onMsgReceiptChange', change);
        this.#keepDelivered();
      },
      sync_receipt: (payload) => this.#syncedReceipts(pushes.parseSyncReceipt(payload)),
      trans_msg_rec: (payload) => {
        const trans = pushes.parseTrans(payload);
        if (trans) audience.deliver('onTransMsgRec', trans);
      },
      room_msg_sync: (payload) => {
        const message = pushes.parseRoomMessage(payload);
        if (message && rooms.received(message))
          audience.publish('onRoomMsg', message, rooms.hears(message.room_id));
      },
      room_msg_sync_his: (payload) => {
        for (const message of pushes.parseRoomHistory(payload)) this.#routes.room_msg_sync?.(message);
      },
    };
  }

  /** The keys for `sync_check`. */
  get keys(): { sync_key: number; sync_event_key: number; msg_receipt_key: number } {
    const { syncKey, eventKey, receiptKey } = this.#delivered;
    return { sync_key: syncKey, sync_event_key: eventKey, msg_receipt_key: receiptKey };
  }

  /** What an answer says in passing. */
  answered(event: string, payload: unknown): void {
    this.#profileTimes.learn(event, payload);
  }

  #tellProfiles(payload: unknown): void {
    for (const update of this.#profileTimes.newsIn(payload)) {
      this.parts.audience.publish('onUserInfUpdate', update);
    }
  }

  handle(event: string, payload: unknown): void {
    if (Object.hasOwn(this.#routes, event)) this.#routes[event]?.(payload);
  }

  /**
   * Everything up to these keys has come.
   * @param whole messages too: without roaming a sync leaves out what was read elsewhere
   */
  syncedTo(answer: Record<string, unknown>, whole: boolean): void {
    if (whole) this.#advance('syncKey', readCount(answer.sync_key, 0));
    this.#advance('eventKey', readCount(answer.sync_event_key, 0));
    this.#advance('receiptKey', readCount(answer.msg_receipt_key, 0));
    this.#keepDelivered();
  }

  #notified(event: EventNotification | undefined): void {
    if (!event || !this.#take(event)) return;
    const { event_id, event_type, from_uid = 0, gid = 0 } = event;
    if (event_type === EVENT_OTHER_LOGIN) {
      this.parts.acknowledge('event_notification', { event_id, event_type, from_uid, gid });
    }
    this.#tell(event);
    this.#keepDelivered();
    if (event_type === EVENT_OTHER_LOGIN) this.parts.onEnd('other_login');
    if (event_type === EVENT_PASSWORD_CHANGED) this.parts.onEnd('password_changed');
  }

  #tell(event: EventNotification): void {
    const told = toldOf(event);
    if (!told) return;
    if (told.listener === 'onMutiUnreadMsgUpdate') this.parts.onReadElsewhere(told.data);
    this.parts.audience.deliver(told.listener, told.data);
  }

  #syncedEvents(push: { syncKey: number; events: EventNotification[] } | undefined): void {
    if (!push) return;
    const missed: EventNotification[] = [];
    for (const event of push.events) {
      if (!this.#take(event)) continue;
      const told = toldOf(event);
      if (told?.listener === 'onEventNotification') missed.push(told.data);
      else if (told) this.#tell(event);
    }
    this.#advance('eventKey', push.syncKey);
    if (missed.length > 0) this.parts.audience.deliver('onSyncEvent', missed);
    this.#keepDelivered(() => this.parts.acknowledge('sync_event_ack', { sync_key: push.syncKey }));
  }

  #syncedReceipts(push: { syncKey: number; receipts: ReceiptChange[] } | undefined): void {
    if (!push) return;
    const changes = push.receipts.flatMap((change) => this.#lower(change) ?? []);
    this.#advance('receiptKey', push.syncKey);
    if (changes.length > 0) this.parts.audience.deliver('onSyncMsgReceipt', changes);
    this.#keepDelivered(() => this.parts.acknowledge('sync_receipt_ack', { sync_key: push.syncKey }));
  }

  /** The smaller count wins: what is not smaller than the last is old news. */
  #lower(change: ReceiptChange | undefined): ReceiptChange | undefined {
    if (!change) return undefined;
    const seen = new Map(this.#progress.seenReceipts);
    const receipt_msgs = change.receipt_msgs.filter(({ msg_id, unread_count }) => {
      const before = seen.get(msg_id);
      if (before !== undefined && before <= unread_count) return false;
      seen.delete(msg_id);
      seen.set(msg_id, unread_count);
      return true;
    });
    if (receipt_msgs.length === 0) return undefined;
    this.#keep({ seenReceipts: [...seen].slice(-REMEMBERED) });
    this.parts.receipts.note(receipt_msgs);
    return { ...change, receipt_msgs };
  }

  /** Does to what is kept here what the event says. @returns whether it is news */
  #take(event: EventNotification): boolean {
    const { event_id } = event;
    const { seenEvents } = this.#progress;
    if (seenEvents.includes(event_id)) return false;
    this.#keep({ seenEvents: [...seenEvents, event_id].slice(-REMEMBERED) });
    const retraction = retractionIn(event, this.parts.self);
    if (retraction) {
      this.parts.inbox.retracted(retraction.conversation, retraction.msgIds);
      this.parts.audience.retracted(retraction.msgIds);
    }
    return true;
  }

  #advance(key: 'syncKey' | 'eventKey' | 'receiptKey', to: number): void {
    if (to > this.#progress[key]) this.#keep({ [key]: to });
  }

  #keep(changes: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...changes };
  }

  /** Once a page has been handed all that has come so far, it need not come again. */
  #keepDelivered(then?: () => void): void {
    const progress = this.#progress;
    this.parts.audience.deliveries.afterwards(() => {
      if (progress !== this.#delivered) {
        this.#delivered = progress;
        void this.parts.store.putProgress(progress);
      }
      then?.();
    });
  }
}
