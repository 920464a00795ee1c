/** @internal The conversation, files and ids that an event names, and the form in which the methods of JMessage take a conversation. */
import type { EventNotification, Message, OutboxEntry } from '../index.js';
import type { ConversationRef } from '../protocol/conversation-id.js';
import { isSelf, type Self } from './message-log.js';

const GROUP = 4;

/** As the methods of JMessage take it. */
export const named = (ref: ConversationRef) => {
  if ('gid' in ref) return { gid: Number(ref.gid) };
  const { username, appkey } = ref;
  return { username: String(username), ...(appkey && { appkey }) };
};

/** An own message whose file has to be uploaded. */
export const isUpload = ({ state, content: { msg_type, msg_body } }: OutboxEntry): boolean =>
  state !== 'sent' &&
  state !== 'cancelled' &&
  (msg_type === 'image' || msg_type === 'file') &&
  !(msg_body as { media_id?: string }).media_id;

/** Servers use different names for the ids. */
export function retractedIds(event: EventNotification): number[] {
  const { msg_ids, msgid_list, msg_id } = event as {
    msg_ids?: unknown;
    msgid_list?: unknown;
    msg_id?: unknown;
  };
  const ids = [msg_ids, msgid_list].find(Array.isArray) ?? [msg_id];
  return ids.filter((id: unknown): id is number => typeof id === 'number');
}

/** The conversation of a message. */
export function refOf({ msg_type, from_gid, content }: Message, self: Self): ConversationRef {
  if (msg_type === GROUP) return { gid: from_gid };
  const { from_id, target_id, from_appkey = self.appkey, target_appkey = self.appkey } = content;
  return isSelf(self, from_id, from_appkey)
    ? { username: target_id, appkey: target_appkey }
    : { username: from_id, appkey: from_appkey };
}
