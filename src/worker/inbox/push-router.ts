/**
 * Routes everything that the server pushes to a session: messages to the inbox, events, receipts and room messages to the tabs. The server
 * gets its acknowledgements once a page has handled a push.
 */
import {
  type EndReason,
  EVENT,
  type EventNotification,
  type ReceiptChange,
  type WireEvent,
} from '../../protocol/worker.js';
import type { PushReceiver } from '../connection/connection.js';
import type { RequestChannel } from '../connection/request-channel.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { ChatRooms } from './chat-rooms.js';
import { retractionIn, toListenerEvent } from './events.js';
import type { Inbox } from './inbox.js';
import type { ProfileTimes } from './profile-times.js';
import * as pushes from './push-parsing.js';
import type { ReadState } from './read-state.js';
import type { StreamProgress } from './stream-progress.js';

/** Events and receipts that are remembered to recognise repeats. */
const REMEMBERED = 500;

interface PushRouterParts {
  self: { appkey: string; username: string };
  channel: RequestChannel;
  tabs: SessionTabs;
  inbox: Inbox;
  rooms: ChatRooms;
  read: ReadState;
  progress: StreamProgress;
  profiles: ProfileTimes;
  onEnd(reason: EndReason): void;
}

export class PushRouter implements PushReceiver {
  readonly #routes: Record<string, (payload: unknown) => void>;

  constructor(private readonly parts: PushRouterParts) {
    const { inbox, rooms, tabs, progress } = parts;
    this.#routes = {
      msg_sync: (payload) => {
        this.#publishProfiles(payload);
        inbox.live(payload);
      },
      sync_conversation: (payload) => {
        this.#publishProfiles(payload);
        inbox.synced(payload);
      },
      event_notification: (payload) => this.#notified(pushes.parseNotification(payload)),
      sync_event: (payload) => this.#syncedEvents(pushes.parseSyncEvent(payload)),
      receipt_change: (payload) => {
        const change = this.#lower(pushes.parseReceipt(payload));
        if (change) tabs.deliver('onMsgReceiptChange', change);
        progress.keep();
      },
      sync_receipt: (payload) => this.#syncedReceipts(pushes.parseSyncReceipt(payload)),
      trans_msg_rec: (payload) => {
        const trans = pushes.parseTrans(payload);
        if (trans) tabs.deliver('onTransMsgRec', trans);
      },
      room_msg_sync: (payload) => {
        const message = pushes.parseRoomMessage(payload);
        if (message && rooms.received(message))
          tabs.publish('onRoomMsg', message, rooms.isTabIn(message.room_id));
      },
      room_msg_sync_his: (payload) => {
        for (const message of pushes.parseRoomHistory(payload)) this.#routes.room_msg_sync?.(message);
      },
    };
  }

  handle(event: string, payload: unknown): void {
    if (Object.hasOwn(this.#routes, event)) this.#routes[event]?.(payload);
  }

  #publishProfiles(payload: unknown): void {
    for (const update of this.parts.profiles.changesIn(payload)) {
      this.parts.tabs.publish('onUserInfUpdate', update);
    }
  }

  #notified(event: WireEvent | undefined): void {
    if (!event || !this.#isNew(event)) return;
    const { event_id, event_type, from_uid = 0, gid = 0 } = event;
    if (event_type === EVENT.otherLogin) {
      this.parts.channel.acknowledge('event_notification', { event_id, event_type, from_uid, gid });
    }
    this.#deliver(event);
    this.parts.progress.keep();
    if (event_type === EVENT.otherLogin) this.parts.onEnd('other_login');
    if (event_type === EVENT.passwordChanged) this.parts.onEnd('password_changed');
  }

  #deliver(event: WireEvent): void {
    const delivered = toListenerEvent(event);
    if (!delivered) return;
    if (delivered.listener === 'onMutiUnreadMsgUpdate') this.parts.read.readElsewhere(delivered.data);
    this.parts.tabs.deliver(delivered.listener, delivered.data);
  }

  #syncedEvents(push: { syncKey: number; events: WireEvent[] } | undefined): void {
    if (!push) return;
    const { channel, progress, tabs } = this.parts;
    const missed: EventNotification[] = [];
    for (const event of push.events) {
      if (!this.#isNew(event)) continue;
      const delivered = toListenerEvent(event);
      if (delivered?.listener === 'onEventNotification') missed.push(delivered.data);
      else if (delivered) this.#deliver(event);
    }
    progress.advance('eventKey', push.syncKey);
    if (missed.length > 0) tabs.deliver('onSyncEvent', missed);
    progress.keep(() => channel.acknowledge('sync_event_ack', { sync_key: push.syncKey }));
  }

  #syncedReceipts(push: { syncKey: number; receipts: ReceiptChange[] } | undefined): void {
    if (!push) return;
    const { channel, progress, tabs } = this.parts;
    const changes = push.receipts.flatMap((change) => this.#lower(change) ?? []);
    progress.advance('receiptKey', push.syncKey);
    if (changes.length > 0) tabs.deliver('onSyncMsgReceipt', changes);
    progress.keep(() => channel.acknowledge('sync_receipt_ack', { sync_key: push.syncKey }));
  }

  /** @returns the counts that are lower than the last known ones, since unread counts only fall */
  #lower(change: ReceiptChange | undefined): ReceiptChange | undefined {
    if (!change) return undefined;
    const { progress, read } = this.parts;
    const seen = new Map(progress.received.seenReceipts);
    const receipt_msgs = change.receipt_msgs.filter(({ msg_id, unread_count }) => {
      const before = seen.get(msg_id);
      if (before !== undefined && before <= unread_count) return false;
      seen.delete(msg_id);
      seen.set(msg_id, unread_count);
      return true;
    });
    if (receipt_msgs.length === 0) return undefined;
    progress.change({ seenReceipts: [...seen].slice(-REMEMBERED) });
    read.receipts.note(receipt_msgs);
    return { ...change, receipt_msgs };
  }

  /** Applies a new event to the stored messages. @returns false for a repeat */
  #isNew(event: WireEvent): boolean {
    const { inbox, progress, self, tabs } = this.parts;
    const { event_id } = event;
    const { seenEvents } = progress.received;
    if (seenEvents.includes(event_id)) return false;
    progress.change({ seenEvents: [...seenEvents, event_id].slice(-REMEMBERED) });
    const retraction = retractionIn(event, self);
    if (retraction) {
      inbox.retracted(retraction.conversation, retraction.msgIds);
      tabs.retracted(retraction.msgIds);
    }
    return true;
  }
}
