/**
 * The method table: what the API offers, as data. The typed class, the worker's checks and payloads and the reference page come from it;
 * a new method is a new row here and its name in `method-names.ts`.
 */
import * as v from 'valibot';
import { appkey, flag, integer, jsonObject, name, profile, shortText } from './checks.js';
import type { MethodName } from './method-names.js';
import { type MethodRow, typeOf } from './method-table.js';
import type { Conversation, CustomNotification, MessageContent, OnlineDevice, UserInfo } from './payloads.js';

const password = v.pipe(v.string(), v.minLength(1), v.maxLength(128));

/** What the server answers to a stored message. */
export interface SendAnswer {
  msg_id: number;
  ctime_ms: number;
  target_username: string;
  appkey: string;
}

/** The request that was sent, with `msg_id` filled in: the second argument of a send's `onSuccess`. */
export interface SentMessage {
  rid: number;
  msg_id: number;
  ctime_ms: number;
  target_id: string;
  target_name: string;
  appkey: string;
  content: MessageContent;
}

const credentials = { username: name, password, is_md5: v.optional(flag, false) };

const customNotification = v.object({
  enabled: flag,
  title: v.optional(shortText),
  alert: v.optional(shortText),
  at_prefix: v.optional(shortText),
}) satisfies v.GenericSchema<unknown, CustomNotification>;

const singleTarget = {
  target_username: name,
  target_nickname: v.optional(v.string()),
  appkey: v.optional(appkey),
  extras: v.optional(jsonObject),
  no_offline: v.optional(flag),
  no_notification: v.optional(flag),
  custom_notification: v.optional(customNotification),
  need_receipt: v.optional(flag),
};

export const METHODS = {
  init: {
    section: '初始化',
    summary: 'Presents the signed payload that allows this page to use the application.',
    params: v.object({
      appkey,
      random_str: v.pipe(v.string(), v.minLength(20), v.maxLength(36)),
      signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/i)),
      timestamp: integer,
      flag: v.optional(flag, false),
    }),
    needs: 'nothing',
    event: 'c_init',
    step: 'session',
    answer: typeOf(),
  },
  register: {
    section: '注册',
    summary: 'Creates an account in the application.',
    params: v.object({ ...credentials, ...profile }),
    needs: 'init',
    event: 'register',
    step: 'session',
    answer: typeOf(),
  },
  login: {
    section: '登录',
    summary: 'Logs in, or joins the session that another tab has with the same credentials.',
    params: v.object(credentials),
    needs: 'init',
    event: 'login',
    step: 'session',
    answer: typeOf<{ username: string; appkey: string; online_list: OnlineDevice[] }>(),
  },
  attach: {
    section: '—',
    summary:
      'Joins the live session of an account without its password: same origin, same browser profile. An addition to V2.',
    params: v.object({ appkey, username: name }),
    needs: 'nothing',
    event: null,
    step: 'session',
    answer: typeOf<{ username: string; appkey: string }>(),
  },
  loginOut: {
    section: '登出',
    summary: "Ends the account's session in every tab.",
    params: null,
    needs: 'nothing',
    event: null,
    step: 'session',
    answer: typeOf(),
  },
  getUserInfo: {
    section: '获取用户信息',
    summary: 'The profile of a user.',
    params: v.object({ username: name, appkey: v.optional(appkey) }),
    needs: 'login',
    event: 'get_across_user_info',
    step: 'plain',
    answer: typeOf<{ user_info: UserInfo }>(),
  },
  updateSelfInfo: {
    section: '更新个人信息',
    summary: "Changes fields of one's own profile.",
    params: v.object(profile),
    needs: 'login',
    event: 'update_user_inf',
    step: 'plain',
    answer: typeOf(),
  },
  getConversation: {
    section: '获取会话列表',
    summary: "The account's conversations, the latest first; from the cache while there is no connection.",
    params: null,
    needs: 'login',
    event: 'get_conversations',
    step: 'plain',
    cache: 'conversations',
    answer: typeOf<{ conversations: Conversation[]; from_cache?: true }>(),
  },
  sendSingleMsg: {
    section: '发送单聊文本',
    summary: 'Sends a text to a user.',
    params: v.object({ ...singleTarget, content: v.pipe(v.string(), v.minLength(1)) }),
    needs: 'login',
    event: 's_across_single_text',
    step: 'singleText',
    lane: 'conversation',
    answer: typeOf<SendAnswer>(),
    second: typeOf<SentMessage>(),
  },
} as const satisfies Record<MethodName, MethodRow>;

export type Methods = typeof METHODS;
