/** Events, from the wire's form to the API's, with the listener that each is for. */
import {
  type ConversationId,
  type ConversationName,
  EVENT,
  EVENT_EXTRA,
  type EventNotification,
  groupId,
  isJsonObject,
  type Json,
  type ListenerEvents,
  singleId,
  type WireEvent,
} from '../../protocol/worker.js';
import { readCount } from '../util/read-answer.js';

type ListenerEvent = {
  [L in 'onEventNotification' | 'onMutiUnreadMsgUpdate']: {
    listener: L;
    data: ListenerEvents[L];
  };
}['onEventNotification' | 'onMutiUnreadMsgUpdate'];

/** @returns undefined for an event that no listener gets */
export function toListenerEvent(event: WireEvent): ListenerEvent | undefined {
  if (event.event_type === EVENT.readElsewhere) {
    const data = readElsewhere(event.description);
    return data && { listener: 'onMutiUnreadMsgUpdate', data };
  }
  return { listener: 'onEventNotification', data: asDocumented(event) };
}

/** A type promises its documented fields. A server that leaves one out is taken at its word. */
const asDocumented = (event: WireEvent): EventNotification => completed(event) as EventNotification;

function completed(event: WireEvent): WireEvent {
  const { event_type, extra } = event;
  if (event_type === EVENT.joinRequest) return { ...event, by_self: extra === EVENT_EXTRA.bySelf };
  if (event_type === EVENT.retracted) return { ...event, type: groupOf(event) === 0 ? 0 : 1 };
  if (event_type === EVENT.friendsElsewhere && extra === EVENT_EXTRA.memo) {
    return { ...event, description: parsed(event.description) };
  }
  return event;
}

/** @returns the messages that the event retracts; undefined for another event */
export function retractionIn(
  event: WireEvent,
  self: { appkey: string; username: string },
): { conversation: ConversationId; msgIds: number[] } | undefined {
  if (event.event_type !== EVENT.retracted || !Array.isArray(event.msg_ids)) return undefined;
  const msgIds = event.msg_ids.map(Number);
  const gid = groupOf(event);
  if (gid > 0) return { conversation: groupId(gid), msgIds };
  const { from_appkey: appkey = self.appkey, from_username: username = '', to_usernames } = event;
  const isOwn = username === self.username && appkey === self.appkey;
  const peer = (isOwn && to_usernames?.[0]) || { appkey, username };
  return { conversation: singleId(peer.appkey, peer.username), msgIds };
}

const groupOf = (event: WireEvent): number => readCount(event.from_gid ?? event.gid, 0);

function readElsewhere(description: Json | undefined): ConversationName | undefined {
  const read = parsed(description);
  if (!isJsonObject(read)) return undefined;
  return read.type === 3 || read.type === 4 ? (read as unknown as ConversationName) : undefined;
}

function parsed(description: Json | undefined): Json | undefined {
  if (typeof description !== 'string') return description;
  try {
    return JSON.parse(description);
  } catch {
    return description;
  }
}
