/** The listeners by name. */
import type { ListenerName } from '../api/listeners.js';

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
  'onActiveChange',
  'onInvitationAnswer',
  'onOutdated',
  'onDegraded',
] as const satisfies readonly ListenerName[];
