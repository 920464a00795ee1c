/** The listeners an application can set, and what each is called with. */
import type { EventNotification, ReceivedMessage, SyncedConversation } from './payloads.js';
import type { StateSnapshot } from './state.js';

export interface ListenerEvents {
  /** A message, also one's own from another tab or device (specification: 聊天消息实时监听). */
  onMsgReceive: ReceivedMessage;
  /** What arrived while away, by conversation (specification: 离线消息同步监听). */
  onSyncConversation: SyncedConversation[];
  /** Business events (specification: 业务事件监听). */
  onEventNotification: EventNotification;
  /** The connection was lost, or the session ended: once for each outage (specification: 断线监听). */
  onDisconnect: undefined;
  /** Any change of the connection's state. An addition to V2. */
  onStateChange: StateSnapshot;
}

export type ListenerName = keyof ListenerEvents;

export const LISTENER_NAMES = [
  'onMsgReceive',
  'onSyncConversation',
  'onEventNotification',
  'onDisconnect',
  'onStateChange',
] as const satisfies readonly ListenerName[];
