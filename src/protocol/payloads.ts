/**
 * The shapes of what travels: message bodies, messages, conversations, profiles, events. Field names are the wire's own.
 * Ids are numbers below 2^53, times are milliseconds unless a name says otherwise.
 */

/** Free-form JSON that belongs to the application. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** An object by the documents; text by their examples. */
export type Extras = JsonObject | string;

export interface TextBody {
  text: string;
  extras?: Extras | undefined;
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
  /** The sender's nickname, which the server writes. */
  from_name?: string | undefined;
  /** When the application sent it, by the sender's clock. */
  create_time: number;
  msg_type: string;
  msg_body: JsonObject;
  /** 'admin' where the application's server sent it. */
  from_type?: string;
  /** When its sender's profile changed last, in seconds: stays on the wire. */
  sui_mtime?: number;
  /** Group texts: whom it addresses; empty: everyone. */
  at_list?: { username: string; appkey?: string }[];
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

/** A session of one's own account. Times in milliseconds. */
export interface UserSession {
  id: string;
  /** 'web', 'android', 'ios' or 'pc'. */
  platform: string;
  /** `User-Agent` of its client. */
  agent: string;
  /** From where it was last used: an address, or the network of one. */
  address: string;
  login_time: number;
  active_time: number;
  is_online: boolean;
  /** The one that asks. */
  is_current: boolean;
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
  /** Single only, as are a friend's memo, or ''. */
  username?: string | undefined;
  memo_name?: string | undefined;
  memo_others?: string | undefined;
  /** Group only. */
  gid?: number | undefined;
  /** Time of the last message. */
  mtime: number;
  unread_msg_count: number;
  extras: Extras;
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
  extras: Extras;
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
  /** Text; in event 100 with `extra` 7 the parsed object. */
  description?: Json | undefined;
  /** Events 9 and 82: whose the group is now. */
  new_owner?: { username: string; appkey: string; nickname?: string } | undefined;
  /** Event 56: whether the user asks for himself. */
  by_self?: boolean | undefined;
  /** Event 55: 0 single, 1 group. */
  type?: 0 | 1 | undefined;
  /** Event 55: the messages that were taken back. */
  msg_ids?: number[] | undefined;
  msgid_list?: number[] | undefined;
  /** The group that it is about, beside `gid`. */
  from_gid?: number | undefined;
  group_name?: string | undefined;
  /** The group's avatar, or ''. */
  media_id?: string | undefined;
  from_nickname?: string | undefined;
  /** Events 102 and 103: the groups whose setting was changed. */
  to_groups?: ({ gid: number } & Partial<Omit<Group, 'group_type'>>)[] | undefined;
}

/** Where else the account is logged in (login's answer, since 2.6). */
export interface OnlineDevice {
  platform: string;
  mtime: number;
  isOnline: boolean;
  isLogin: boolean;
  flag: number;
}

/** A group (specification: 获取群组列表). */
export interface Group {
  gid: number;
  name: string;
  desc: string;
  appkey: string;
  /** Seconds. */
  ctime: number;
  mtime: number;
  /** media_id, or ''. */
  avatar: string;
  /** 2 public, 0 or 1 private. */
  group_type: number;
}

/** A member of a group (specification: 获取群成员). */
export interface GroupMember {
  username: string;
  appkey: string;
  nickname: string;
  avatar: string;
  /** 0 member, 1 owner, 2 keeper. */
  flag: number;
  keep_silence: boolean;
}

/** A friend (specification: 好友列表). `memo_nam` is the document's own spelling beside the right one. */
export interface Friend extends UserInfo {
  memo_name: string;
  memo_nam: string;
  memo_others: string;
}

/** Specification: 获取免打扰. */
export interface NoDisturb {
  /** 0 off, 1 on. */
  global: number;
  users: { username: string; nickname: string; appkey: string }[];
  groups: { gid: number; name: string; appkey: string; desc: string }[];
}

export interface Chatroom {
  id: number;
  name: string;
  description: string;
  appkey: string;
  total_member_count: number;
  max_member_count: number;
}

export interface UserName {
  username: string;
  appkey: string;
  nickname: string;
}

/** How far a message has been read (`onMsgReceiptChange`, since 2.4). The smaller count is the newer one. */
export interface ReceiptChange {
  /** 3 single, 4 group. */
  type: 3 | 4;
  gid?: number | undefined;
  appkey?: string | undefined;
  username?: string | undefined;
  receipt_msgs: { msg_id: number; unread_count: number; mtime?: number | undefined }[];
}

/** A conversation that was read on another device (`onMutiUnreadMsgUpdate`, since 2.4). */
export interface ReadElsewhere {
  type: 3 | 4;
  gid?: number | undefined;
  appkey?: string | undefined;
  username?: string | undefined;
}

/** A friend, member or partner has changed their profile (`onUserInfUpdate`, since 2.3). */
export interface UserInfUpdate {
  appkey: string;
  username: string;
  /** Seconds. */
  mtime: number;
  /** As V2's script names the two. */
  from_appkey: string;
  from_username: string;
}

/** A transparent message (`onTransMsgRec`, since 2.4): not kept, not shown. */
export interface TransMessage {
  /** 3 from a user, 4 in a group, 5 from another platform of one's own. */
  type: 3 | 4 | 5;
  gid?: number | undefined;
  from_appkey?: string | undefined;
  from_username?: string | undefined;
  platform?: string | undefined;
  cmd: string;
}

/** A message in a chat room (`onRoomMsg`, since 2.5). */
export interface RoomMessage {
  room_id: number;
  msg_id: number;
  ctime_ms: number;
  content: MessageContent;
}

/** The uploaded file, as a message body names it. Images have width, height and format, files hash and fname. */
export interface UploadedMedia {
  media_id: string;
  media_crc32: number;
  fsize: number;
  width?: number;
  height?: number;
  format?: string;
  hash?: string;
  fname?: string;
}

/** A send that is not delivered, or was not until just now. An addition to V2. */
export interface OutboxEntry {
  /** Names the entry in `retrySend` and `cancelSend`. */
  id: string;
  /**
   * - `queued`    has not gone out: no connection, or others before it
   * - `sending`   may have reached the server
   * - `failed`    was reported as failed or timed out (`code`, `message`), and goes out again only by `retrySend`
   * - `sent`, `cancelled` it has left the outbox: in `onOutboxChange` only
   */
  state: 'queued' | 'sending' | 'failed' | 'sent' | 'cancelled';
  code?: number;
  message?: string;
  /** The method that made it. */
  method: string;
  /** To whom: one of the three. */
  username?: string;
  gid?: number;
  room_id?: number;
  appkey: string;
  /** As far as it is known: a file's media_id only after its upload. */
  content: MessageContent;
  /** What is to be uploaded. */
  file?: Blob;
  fname?: string;
  /** Until when it waits for a connection, ms since 1970. */
  expires_at: number;
  /** Of a message that was sent. */
  msg_id?: number;
  ctime_ms?: number;
}

export type OutboxChange = OutboxEntry;

/** A conversation's count of unread messages. An addition to V2. */
export interface UnreadChange {
  /** 3 single, 4 group. */
  type: 3 | 4;
  gid?: number;
  username?: string;
  appkey?: string;
  unread_msg_count: number;
}

/** Why nothing is kept on this device any longer. */
export interface Degraded {
  reason: string;
}
