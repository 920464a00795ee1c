/** Messages on the wire: sends, receipts, transparent messages, and the client's acknowledgements. */
import * as v from 'valibot';
import {
  appkey,
  count,
  flag,
  id,
  isGiven,
  jsonObject,
  name,
  optional,
  reportedIds,
  shortText,
  text,
  user,
} from '../checks.js';
import { MAX_HISTORY_PAGE } from '../constants.js';
import { loggedIn, request, rid } from './request-row.js';

const content = v.object({
  version: v.literal(1),
  target_type: v.picklist(['single', 'group', 'chatroom']),
  target_id: text,
  target_name: optional(text, ''),
  target_appkey: optional(v.string()),
  from_appkey: optional(v.string()),
  from_platform: optional(shortText, 'web'),
  from_id: text,
  from_name: optional(text, ''),
  create_time: count,
  msg_type: name,
  msg_body: jsonObject,
});

/** Whether a message is stored and notified while its target is offline. */
const delivery = {
  no_offline: optional(flag, false),
  no_notification: optional(flag, false),
  custom_notification: optional(jsonObject),
  need_receipt: optional(flag, false),
  target_name: optional(text),
  appkey: optional(appkey),
  content,
  /** The `rid` of a send that the server has to process first, if the client did not wait for its `ack`: extension `ordered_sends`. */
  after: optional(rid),
};

const toRoom = {
  asGroup: v.object({ target_gid: id, ...delivery }),
  asRoom: v.object({ target_rid: id, ...delivery }),
};

const acknowledged = v.object({
  msg_id: id,
  msg_type: v.picklist([3, 4]),
  from_uid: v.optional(count, 0),
  from_gid: v.optional(count, 0),
});

/** A smaller window would cost a round trip for every few messages. */
const MIN_SYNC_WINDOW = 65_536;

const syncAck = v.object({ sync_key: count });

/** A client's place in a stream. Scripts store it as text, and a page may have put anything there: an invalid key counts as 0. */
const key = v.optional(v.fallback(count, 0), 0);

/** A conversation by its other side. */
const conversation = v.variant('type', [
  v.object({ type: v.literal(3), username: name, appkey: optional(appkey) }),
  v.object({ type: v.literal(4), gid: id }),
]);

const historyPage = {
  /** The page ends before this message, which need not exist any more. Without this field the page ends with the latest message. */
  before: optional(v.object({ ctime_ms: count, msg_id: id })),
  limit: v.pipe(count, v.minValue(1), v.maxValue(MAX_HISTORY_PAGE)),
};

const read = v.variant('type', [
  v.object({ type: v.literal(3), username: name, appkey: optional(appkey), msg_ids: reportedIds }),
  v.object({ type: v.literal(4), gid: id, msg_ids: reportedIds }),
]);

const cmd = text;

export const MESSAGE_REQUESTS = {
  s_across_single_text: request({
    needs: 'login',
    answeredAs: 's_single_text',
    payload: v.object({ target_id: name, ...delivery }),
  }),
  /** `users` addresses members; an empty list means everyone. */
  send_group_msg: loggedIn(v.object({ target_gid: id, users: optional(v.array(user)), ...delivery })),
  /** Stock scripts name the room as they name a group. */
  send_room_msg: loggedIn(
    v.lazy((input): typeof toRoom.asGroup | typeof toRoom.asRoom =>
      isGiven(input, 'target_rid') ? toRoom.asRoom : toRoom.asGroup,
    ),
  ),
  msg_retract: loggedIn(v.object({ msg_id: id })),
  msg_unread_list: loggedIn(v.object({ msg_id: id })),
  receipt_report: loggedIn(v.object({ sessions: v.pipe(v.array(read), v.minLength(1), v.maxLength(50)) })),
  unread_single_count: loggedIn(conversation),
  unread_group_count: loggedIn(conversation),
  trans_msg_single: loggedIn(v.object({ target_username: name, target_appkey: optional(appkey), cmd })),
  trans_msg_group: loggedIn(v.object({ gid: id, cmd })),
  trans_msg_platform: loggedIn(v.object({ platform: v.picklist(['all', 'android', 'ios', 'pc']), cmd })),
  sync_check: loggedIn(
    v.object({
      sync_key: key,
      /** Roaming; by default the value of `c_init`. */
      sync_type: optional(flag),
      sync_event_key: key,
      msg_receipt_key: key,
      /**
       * Flow control: at most this many bytes of `sync_conversation` are on their way before the client has taken them. Other requests of the
       * socket proceed during the sync, except `msg_recv`, `msg_recv_v2`, `get_conversations` and the next `sync_check`.
       */
      window: optional(v.pipe(count, v.minValue(MIN_SYNC_WINDOW))),
    }),
  ),
  /** The client has taken the pushes of a sync up to this key, and has room for more. It promises nothing about what is kept. */
  sync_taken: loggedIn(syncAck),
  /**
   * A page of a conversation, with the stored messages that the account may see. The answer has `messages[]` in the form of `msg_sync`, oldest
   * first and without retracted ones. `more` says whether there are earlier ones.
   */
  get_history: loggedIn(
    v.variant('type', [
      v.object({ type: v.literal(3), username: name, appkey: optional(appkey), ...historyPage }),
      v.object({ type: v.literal(4), gid: id, ...historyPage }),
    ]),
  ),
  msg_recv_v2: loggedIn(acknowledged),
  /** The acknowledgement of one push by scripts up to 2.3. */
  msg_recv: loggedIn(v.object({ messages: v.array(acknowledged) })),
  sync_conversation_ack: loggedIn(syncAck),
  sync_event_ack: loggedIn(syncAck),
  sync_receipt_ack: loggedIn(syncAck),
  event_notification: loggedIn(
    v.object({
      event_id: count,
      event_type: count,
      from_uid: optional(count, 0),
      gid: optional(count, 0),
    }),
  ),
} as const;
