/**
 * What a client may emit, by event name: the payload's checks and the state that the socket must be in.
 * Each payload also carries `rid` ({@link rid}); unknown fields are dropped. The gateway routes and validates from this table.
 */
import * as v from 'valibot';
import {
  appkey,
  count,
  flag,
  id,
  integer,
  jsonObject,
  md5Hex,
  name,
  profile,
  type Schema,
  shortText,
} from './checks.js';

/** 1 … 2^31-1, unique among the client's open requests. */
export const rid = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0x7fff_ffff));

const password = md5Hex;
const content = v.object({
  version: v.literal(1),
  target_type: v.picklist(['single', 'group', 'chatroom']),
  target_id: v.pipe(v.union([v.string(), v.number()]), v.transform(String)),
  target_name: v.optional(v.string(), ''),
  target_appkey: v.optional(v.string()),
  from_appkey: v.optional(v.string()),
  from_platform: v.optional(shortText, 'web'),
  from_id: v.string(),
  from_name: v.optional(v.string(), ''),
  create_time: count,
  msg_type: name,
  msg_body: jsonObject,
});

/** Whether a message is kept and shown while its target is away. */
const delivery = {
  no_offline: v.optional(flag, false),
  no_notification: v.optional(flag, false),
  custom_notification: v.optional(jsonObject),
  need_receipt: v.optional(flag, false),
};

const acknowledged = v.object({
  msg_id: id,
  msg_type: v.picklist([3, 4]),
  from_uid: count,
  from_gid: count,
});

const syncAck = v.object({ sync_key: count });

interface RequestRow<S extends Schema> {
  /** What must have happened on this socket before. */
  needs: 'nothing' | 'init' | 'login';
  payload: S;
  /** The event that the answer comes under, where it is not the request's own. */
  answeredAs?: string;
}

const request = <S extends Schema>(row: RequestRow<S>): RequestRow<S> => row;

export const REQUESTS = {
  c_init: request({
    needs: 'nothing',
    payload: v.object({
      appkey,
      random_str: v.pipe(v.string(), v.minLength(20), v.maxLength(36)),
      signature: md5Hex,
      timestamp: v.pipe(integer, v.minValue(0)),
      flag: v.optional(flag, false),
      fromPlatForm: v.optional(shortText),
    }),
  }),
  register: request({
    needs: 'init',
    payload: v.object({ username: name, password, is_md5: v.optional(flag), ...profile }),
  }),
  login: request({
    needs: 'init',
    payload: v.object({
      username: name,
      password,
      is_md5: v.optional(flag),
      version: v.optional(shortText),
    }),
  }),
  get_across_user_info: request({
    needs: 'login',
    payload: v.object({ username: name, appkey: v.optional(appkey) }),
  }),
  update_user_inf: request({ needs: 'login', payload: v.object(profile) }),
  get_conversations: request({ needs: 'login', payload: v.object({}) }),
  s_across_single_text: request({
    needs: 'login',
    answeredAs: 's_single_text',
    payload: v.object({
      target_id: name,
      target_name: v.optional(v.string()),
      appkey: v.optional(appkey),
      ...delivery,
      content,
    }),
  }),
  sync_check: request({
    needs: 'login',
    payload: v.object({
      sync_key: v.optional(count, 0),
      sync_type: v.optional(flag, false),
      sync_event_key: v.optional(count, 0),
      msg_receipt_key: v.optional(count, 0),
    }),
  }),
  msg_recv_v2: request({ needs: 'login', payload: acknowledged }),
  sync_conversation_ack: request({ needs: 'login', payload: syncAck }),
  sync_event_ack: request({ needs: 'login', payload: syncAck }),
  event_notification: request({
    needs: 'login',
    payload: v.object({
      event_id: count,
      event_type: count,
      from_uid: v.optional(count, 0),
      gid: v.optional(count, 0),
    }),
  }),
} as const;

export type RequestEvent = keyof typeof REQUESTS;
export type RequestPayload<E extends RequestEvent> = v.InferOutput<(typeof REQUESTS)[E]['payload']>;

/** The event that answers a request. Needed by the runtime without pulling the checks above into its bundle. */
export const ANSWERED_AS: Partial<Record<RequestEvent, string>> = {
  s_across_single_text: 's_single_text',
};

/** What the server pushes. */
export type PushEvent =
  | 'msg_sync'
  | 'event_notification'
  | 'sync_conversation'
  | 'sync_event'
  | 'sync_receipt';

/** Event types that end a session (`event_notification.event_type`). */
export const EVENT_OTHER_LOGIN = 1;
export const EVENT_PASSWORD_CHANGED = 2;
/** Another device of the account has read a conversation; never shown to the application. */
export const EVENT_READ_ELSEWHERE = 200;
