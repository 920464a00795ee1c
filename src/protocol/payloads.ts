/**
 * The shapes of what travels: message bodies, messages, conversations, profiles, events. Field names are the wire's own.
 * Ids are numbers below 2^53, times are milliseconds unless a name says otherwise.
 */

/** Free-form JSON that belongs to the application. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface TextBody {
  text: string;
  extras?: JsonObject | undefined;
}

/** The part of a message that its sender wrote (specification: 消息体). */
export interface MessageContent {
  version: 1;
  target_type: 'single' | 'group' | 'chatroom';
  target_id: string;
  target_name: string;
  target_appkey?: string;
  from_appkey?: string;
  from_platform: string;
  /** The sender's username. */
  from_id: string;
  from_name: string;
  /** When the application sent it, by the sender's clock. */
  create_time: number;
  msg_type: string;
  msg_body: JsonObject;
}

export interface CustomNotification {
  enabled: boolean;
  title?: string | undefined;
  alert?: string | undefined;
  at_prefix?: string | undefined;
}

/** A stored message, as the server pushes it in `msg_sync` and inside `sync_conversation`. */
export interface WireMessage {
  msg_id: number;
  /** 3 single, 4 group. */
  msg_type: 3 | 4;
  from_uid: number;
  from_gid: number;
  ctime_ms: number;
  /** 0 within the application, 1 across. */
  msg_level: 0 | 1;
  need_receipt: boolean;
  custom_notification?: JsonObject | undefined;
  content: MessageContent;
}

/** A message as the application sees it: `msg_level` in words, with `key` and, for single messages, its sender. */
export interface Message extends Omit<WireMessage, 'msg_level'> {
  msg_level: 'normal' | 'across';
  /** The conversation's key: the other user's uid, or the gid. */
  key: number;
  from_username?: string | undefined;
  from_appkey?: string | undefined;
}

/** What `onMsgReceive` is called with: one message, with its fields at the top as V2.2 documents and in `messages` as V2.3+ hands it. */
export interface ReceivedMessage extends Message {
  messages: [Message];
}

/** A conversation in the answer of `getConversation` (specification: 获取会话列表). */
export interface Conversation {
  /** 3 single, 4 group. */
  type: 3 | 4;
  /** uid of the other user, or gid. */
  key: number;
  name: string;
  nickname: string;
  /** media_id, or ''. */
  avatar: string;
  appkey: string;
  /** Single only. */
  username?: string | undefined;
  /** Group only. */
  gid?: number | undefined;
  /** Time of the last message. */
  mtime: number;
  unread_msg_count: number;
  extras: JsonObject;
}

/** One conversation of `onSyncConversation`: what arrived while away (specification: 离线消息同步监听). */
export interface SyncedConversation {
  msg_type: 3 | 4;
  key: number;
  from_appkey?: string | undefined;
  from_username?: string | undefined;
  from_gid?: number | undefined;
  unread_msg_count: number;
  receipt_msgs: { msg_id: number; unread_count: number; mtime: number }[];
  /** Oldest first, at least one. */
  msgs: Message[];
}

/** A profile (specification: 获取用户信息). Unset strings are ''. */
export interface UserInfo {
  username: string;
  appkey: string;
  nickname: string;
  /** media_id, or ''. */
  avatar: string;
  birthday: string;
  /** 0 unknown, 1 male, 2 female. */
  gender: number;
  signature: string;
  region: string;
  address: string;
  /** Seconds since 1970, as the service has it. */
  mtime: number;
  extras: JsonObject;
}

/** What `onEventNotification` is called with (specification: 业务事件监听). */
export interface EventNotification {
  event_id: number;
  event_type: number;
  from_uid?: number | undefined;
  gid?: number | undefined;
  from_username?: string | undefined;
  from_appkey?: string | undefined;
  to_usernames?: { username: string; appkey: string; nickname?: string }[] | undefined;
  /** Seconds. */
  ctime?: number | undefined;
  ctime_ms?: number | undefined;
  extra?: number | undefined;
  return_code?: number | undefined;
  description?: string | undefined;
}

/** Where else the account is logged in (login's answer, since 2.6). */
export interface OnlineDevice {
  platform: string;
  mtime: number;
  isOnline: boolean;
  isLogin: boolean;
  flag: number;
}
