/** Events, from the wire's form to the API's, with the listener that each is for. */
import {
  type ConversationId,
  EVENT_READ_ELSEWHERE,
  type EventNotification,
  groupId,
  isJsonObject,
  type ListenerEvents,
  type ReadElsewhere,
  singleId,
} from '../../protocol/worker.js';
import { readCount } from '../util/read-answer.js';

const EVENT_RETRACTED = 55;
const EVENT_JOIN_REQUEST = 56;
const EVENT_FRIENDS_ELSEWHERE = 100;
/** `extra` of a join request that a user makes for themselves. */
const EXTRA_BY_SELF = 59;
/** `extra` of a friend's memo that was changed on another device. Its description is JSON. */
const EXTRA_MEMO = 7;

type ListenerEvent = {
  [L in 'onEventNotification' | 'onMutiUnreadMsgUpdate']: {
    listener: L;
    data: ListenerEvents[L];
  };
}['onEventNotification' | 'onMutiUnreadMsgUpdate'];

/** @returns undefined for an event that no listener gets */
export function toListenerEvent(event: EventNotification): ListenerEvent | undefined {
  if (event.event_type === EVENT_READ_ELSEWHERE) {
    const data = readElsewhere(event.description);
    return data && { listener: 'onMutiUnreadMsgUpdate', data };
  }
  return { listener: 'onEventNotification', data: asDocumented(event) };
}

function asDocumented(event: EventNotification): EventNotification {
  const { event_type, extra } = event;
  if (event_type === EVENT_JOIN_REQUEST) return { ...event, by_self: extra === EXTRA_BY_SELF };
  if (event_type === EVENT_RETRACTED) return { ...event, type: groupOf(event) === 0 ? 0 : 1 };
  if (event_type === EVENT_FRIENDS_ELSEWHERE && extra === EXTRA_MEMO) {
    return { ...event, description: parsed(event.description) };
  }
  return event;
}

/** @returns the messages that the event retracts; undefined for another event */
export function retractionIn(
  event: EventNotification & { msg_ids?: unknown },
  self: { appkey: string; username: string },
): { conversation: ConversationId; msgIds: number[] } | undefined {
  if (event.event_type !== EVENT_RETRACTED || !Array.isArray(event.msg_ids)) return undefined;
  const msgIds = event.msg_ids.map(Number);
  const gid = groupOf(event);
  if (gid > 0) return { conversation: groupId(gid), msgIds };
  const { from_appkey: appkey = self.appkey, from_username: username = '', to_usernames } = event;
  const isOwn = username === self.username && appkey === self.appkey;
  const peer = (isOwn && to_usernames?.[0]) || { appkey, username };
  return { conversation: singleId(peer.appkey, peer.username), msgIds };
}

const groupOf = (event: EventNotification & { from_gid?: unknown }): number =>
  readCount(event.from_gid ?? event.gid, 0);

function readElsewhere(description: unknown): ReadElsewhere | undefined {
  const read = parsed(description);
  if (!isJsonObject(read)) return undefined;
  return read.type === 3 || read.type === 4 ? (read as unknown as ReadElsewhere) : undefined;
}

function parsed(description: EventNotification['description'] | unknown): EventNotification['description'] {
  if (typeof description !== 'string') return description as EventNotification['description'];
  try {
    return JSON.parse(description);
  } catch {
    return description;
  }
}
