/**
 * Late pushes, in the form in which V2 delivers missed ones: messages by conversation, events and receipts as lists.
 */
import type {
  AccountEvent,
  EventNotification,
  Message,
  ReceiptChange,
  SyncedConversation,
} from '../../protocol/worker.js';
import { byPlace, type Place } from '../store/store.js';

/** An event without its `seq`. */
type Unnumbered = AccountEvent extends infer E ? (E extends unknown ? Omit<E, 'seq'> : never) : never;

/** @param asSynced makes conversations with their counts of messages */
export function inSyncForm(
  events: readonly AccountEvent[],
  asSynced: (messages: Message[]) => SyncedConversation[],
): Unnumbered[] {
  const messages: Message[] = [];
  const notifications: EventNotification[] = [];
  const receipts: ReceiptChange[] = [];
  const others: Unnumbered[] = [];
  for (const event of events) {
    switch (event.listener) {
      case 'onMsgReceive':
        messages.push(...event.data.messages);
        break;
      case 'onSyncConversation':
        messages.push(...event.data.flatMap(({ msgs }) => msgs));
        break;
      case 'onEventNotification':
        notifications.push(event.data);
        break;
      case 'onSyncEvent':
        notifications.push(...event.data);
        break;
      case 'onMsgReceiptChange':
        receipts.push(event.data);
        break;
      case 'onSyncMsgReceipt':
        receipts.push(...event.data);
        break;
      default:
        others.push(event);
    }
  }
  const conversations = asSynced(messages);
  return [
    ...(conversations.length > 0 ? [{ listener: 'onSyncConversation' as const, data: conversations }] : []),
    ...(notifications.length > 0 ? [{ listener: 'onSyncEvent' as const, data: notifications }] : []),
    ...(receipts.length > 0 ? [{ listener: 'onSyncMsgReceipt' as const, data: receipts }] : []),
    ...others,
  ];
}

/** The conversations with their messages after that place. */
export const laterThan = (place: Place, conversations: readonly SyncedConversation[]): SyncedConversation[] =>
  conversations
    .map((one) => ({ ...one, msgs: one.msgs.filter((message) => byPlace(message, place) > 0) }))
    .filter(({ msgs }) => msgs.length > 0);
