/** Area "Conversations": the list, unread counts and history. */

import type { GroupRef } from './groups.js';
import type { Extras } from './json.js';
import type { Message, MessageStamp, UserRef } from './messages.js';
import type { CachedAnswer, JMessageRequest } from './request.js';

export interface ConversationsApi {
  /**
   * Lists the account's conversations, the latest first.
   * @guide 获取会话列表
   */
  getConversation(): JMessageRequest<ConversationsAnswer>;
  /**
   * Gets a page of a conversation, from this device or else from the server.
   * @fails 880203 880204 880205
   * @addition
   */
  getHistory(params: (GroupRef | UserRef) & PageParams): JMessageRequest<HistoryAnswer>;
}

/** Conversations: methods that return at once. Failures go to the console. */
export interface LocalApi {
  /**
   * Replaces the extras that `getConversation` shows. They stay on this device.
   * @since 2.4
   */
  updateConversation(params: (GroupRef | UserRef) & ExtrasParams): void;
  /**
   * Counts a conversation's unread messages, at once: the same in every tab and on every device.
   * @since 2.4
   */
  getUnreadMsgCnt(params: GroupRef | UserRef): number;
  /**
   * Marks a conversation as read, here and on other devices. It stays open in this tab until another one is: it does not count up while
   * the tab is visible.
   * @since 2.4
   */
  resetUnreadCount(params: GroupRef | UserRef): void;
  /**
   * Closes the conversation in this tab: arriving messages count as unread again.
   * @addition
   */
  closeConversation(params: GroupRef | UserRef): void;
}

export interface ExtrasParams {
  /** Data of the application. */
  extras: Extras;
}
export interface PageParams {
  /** The page ends before this message, which need not exist. Default: with the latest one. */
  before?: MessageStamp | undefined;
  /** Messages at most, 1 to 100. Default: 20. */
  limit?: number | undefined;
}

export interface Conversation {
  /** 3 with a user, 4 in a group. */
  type: 3 | 4;
  /** `uid` of the user, or `gid`. */
  key: number;
  /** Username, or name of the group. */
  name: string;
  /** Nickname, or ''. */
  nickname: string;
  /** Argument of `getResource`, or ''. */
  avatar: string;
  /** Application of the user or group. */
  appkey: string;
  /** With a user only. */
  username?: string;
  /** Memo of a friend, or ''. With a user only. */
  memo_name?: string;
  /** Further notes on a friend, or ''. With a user only. */
  memo_others?: string;
  /** In a group only. */
  gid?: number;
  /** Time of the last message, ms. */
  mtime: number;
  /** Unread messages. */
  unread_msg_count: number;
  /** Data of the application, from `updateConversation`. */
  extras: Extras;
}

export interface ConversationsAnswer extends CachedAnswer {
  /** The latest first. */
  conversations: Conversation[];
}
export interface HistoryAnswer extends CachedAnswer {
  /** Oldest first. */
  messages: Message[];
  /** There are earlier messages. */
  more: boolean;
}
