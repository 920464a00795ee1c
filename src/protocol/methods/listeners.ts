/** The listeners an application can set, and what each is called with. */
import type {
  Degraded,
  EventNotification,
  OutboxChange,
  ReadElsewhere,
  ReceiptChange,
  ReceivedMessage,
  RoomMessage,
  SyncedConversation,
  TransMessage,
  UnreadChange,
  UserInfUpdate,
} from '../payloads.js';
import type { StateSnapshot } from '../tab-worker/state.js';

export interface ListenerEvents {
  /** A message, also one's own from another tab or device (specification: 聊天消息实时监听). */
  onMsgReceive: ReceivedMessage;
  /** What arrived while away, by conversation (specification: 离线消息同步监听). */
  onSyncConversation: SyncedConversation[];
  /** Business events (specification: 业务事件监听). */
  onEventNotification: EventNotification;
  /** Business events that were missed while away (since 2.3). */
  onSyncEvent: EventNotification[];
  /** A friend, member or partner has changed their profile (since 2.3). */
  onUserInfUpdate: UserInfUpdate;
  /** A message that one sent has been read (since 2.4). */
  onMsgReceiptChange: ReceiptChange;
  /** Receipts that were missed while away (since 2.4). */
  onSyncMsgReceipt: ReceiptChange[];
  /** A conversation was read on another device (since 2.4). */
  onMutiUnreadMsgUpdate: ReadElsewhere;
  /** A transparent message (since 2.4). */
  onTransMsgRec: TransMessage;
  /** A message in a chat room that this tab has entered (since 2.5). */
  onRoomMsg: RoomMessage;
  /**
   * The connection was lost and has not come back within `disconnectGrace`: once for each outage (specification: 断线监听). It is not called
   * when somebody ends the session: by `loginOut`, or by events 1 and 2.
   */
  onDisconnect: undefined;
  /** Any change of the connection's state. An addition to V2. */
  onStateChange: StateSnapshot;
  /** A send has been queued, has gone out, failed, was sent or cancelled: in whatever tab it was made. An addition to V2. */
  onOutboxChange: OutboxChange;
  /** How many messages of a conversation have not been read has changed. An addition to V2. */
  onUnreadChange: UnreadChange;
  /** The browser's storage has failed: what is not delivered yet is safe only as long as the worker lives. Once. An addition to V2. */
  onDegraded: Degraded;
}

export type ListenerName = keyof ListenerEvents;

export const LISTENER_NAMES = [
  'onMsgReceive',
  'onSyncConversation',
  'onEventNotification',
  'onSyncEvent',
  'onUserInfUpdate',
  'onMsgReceiptChange',
  'onSyncMsgReceipt',
  'onMutiUnreadMsgUpdate',
  'onTransMsgRec',
  'onRoomMsg',
  'onDisconnect',
  'onStateChange',
  'onOutboxChange',
  'onUnreadChange',
  'onDegraded',
] as const satisfies readonly ListenerName[];
