/** Area "Listeners". */

import type { EventNotification } from './events.js';
import type { AccountRef, Message, ReceivedMessage, StampedContent } from './messages.js';
import type { OutboxEntry } from './outbox.js';
import type { Command } from './receipts.js';
import type { StateSnapshot } from './state.js';

/**
 * Listeners, set before or after login: events wait ten seconds for a first one. A second call replaces the listener; `addListener` adds one.
 */
export interface ListenersApi {
  /**
   * Listens to messages, also one's own from other tabs and devices.
   * @guide 聊天消息实时监听
   */
  onMsgReceive(listener: (data: ReceivedMessage) => void): void;
  /**
   * Listens to messages that were missed while offline, by conversation.
   * @guide 离线消息同步监听
   */
  onSyncConversation(listener: (data: SyncedConversation[]) => void): void;
  /**
   * Listens to business events.
   * @guide 业务事件监听
   */
  onEventNotification(listener: (data: EventNotification) => void): void;
  /**
   * Listens to business events that were missed while offline.
   * @since 2.3
   */
  onSyncEvent(listener: (data: EventNotification[]) => void): void;
  /**
   * Listens to changed profiles of friends, members and conversation partners.
   * @since 2.3
   */
  onUserInfUpdate(listener: (data: UserInfUpdate) => void): void;
  /**
   * Listens to read receipts of own messages.
   * @since 2.4
   */
  onMsgReceiptChange(listener: (data: ReceiptChange) => void): void;
  /**
   * Listens to read receipts that were missed while offline.
   * @since 2.4
   */
  onSyncMsgReceipt(listener: (data: ReceiptChange[]) => void): void;
  /**
   * Listens to conversations that were read on another device.
   * @since 2.4
   */
  onMutiUnreadMsgUpdate(listener: (data: ConversationName) => void): void;
  /**
   * Listens to transparent messages.
   * @since 2.4
   */
  onTransMsgRec(listener: (data: TransMessage) => void): void;
  /**
   * Listens to messages of the chat rooms that this tab has entered.
   * @since 2.5
   */
  onRoomMsg(listener: (data: RoomMessage) => void): void;
  /**
   * Listens to lost connections: once per outage that outlasts `disconnectGrace`.
   *
   * A session's end is no outage: neither `loginOut` nor events 1 and 2 run this listener.
   * @guide 断线监听
   */
  onDisconnect(listener: (data: undefined) => void): void;
  /**
   * Listens to every change of the connection's state.
   * @addition
   */
  onStateChange(listener: (data: StateSnapshot) => void): void;
  /**
   * Listens to changes of the outbox, by any tab.
   * @addition
   */
  onOutboxChange(listener: (data: OutboxEntry) => void): void;
  /**
   * Listens to unread counts.
   * @addition
   */
  onUnreadChange(listener: (data: UnreadChange) => void): void;
  /**
   * Listens to changes of `isActive()`.
   * @addition
   */
  onActiveChange(listener: (active: boolean) => void): void;
  /**
   * Listens to invitations and requests to join that the account has answered, in any tab.
   * @addition
   */
  onInvitationAnswer(listener: (data: AnsweredInvitation) => void): void;
  /**
   * Listens to a newer build of this site that has taken over and cannot serve this page: reload it. Calls fail with 889006 until then.
   * @addition
   */
  onOutdated(listener: (data: undefined) => void): void;
  /**
   * Listens to the failure of the browser's storage, once. Waiting sends then live as long as the worker.
   * @addition
   */
  onDegraded(listener: (data: Degraded) => void): void;
}

/** A union over `type`: 3 with a user, 4 in a group. */
export type ConversationName =
  | (AccountRef & {
      /** With a user. */
      type: 3;
      gid?: undefined;
    })
  | {
      /** In a group. */
      type: 4;
      /** The group. */
      gid: number;
      appkey?: undefined;
      username?: undefined;
    };

export interface Receipt {
  /** Id of the message. */
  msg_id: number;
  /** Recipients who have not read the message. The smaller count is newer. */
  unread_count: number;
  /** Time of the change, ms. */
  mtime?: number | undefined;
}

export interface SyncedConversation {
  /** 3 with a user, 4 in a group. */
  msg_type: 3 | 4;
  /** `uid` of the user, or `gid`. */
  key: number;
  /** Application of the user. */
  from_appkey?: string;
  /** The user. */
  from_username?: string;
  /** The group. */
  from_gid?: number;
  /** Unread messages of the conversation. */
  unread_msg_count: number;
  /** Own messages that were read. */
  receipt_msgs: Required<Receipt>[];
  /** Oldest first, at least one. */
  msgs: Message[];
}

export type ReceiptChange = ConversationName & {
  /** The receipts. */
  receipt_msgs: Receipt[];
};

export interface UserInfUpdate extends AccountRef {
  /** Time of the change, s. */
  mtime: number;
  /** The same as `appkey`. */
  from_appkey: string;
  /** The same as `username`. */
  from_username: string;
}

export interface TransMessage extends Command {
  /** 3 from a user, 4 in a group, 5 from another platform of one's own. */
  type: 3 | 4 | 5;
  /** The group, of type 4. */
  gid?: number;
  /** Application of the sender. */
  from_appkey?: string;
  /** Username of the sender. */
  from_username?: string;
  /** Platform of the sender. */
  platform?: string;
}

export interface RoomMessage extends StampedContent {
  /** The chat room. */
  room_id: number;
}

export type UnreadChange = ConversationName & {
  /** Unread messages. */ unread_msg_count: number;
};

/** The answered invitation, by its user. */
export interface AnsweredInvitation extends AccountRef {
  /** The group; undefined for a friend. */
  gid?: number;
  /** The `event_id` of event 56, of a group. */
  event_id?: number;
}

export interface Degraded {
  /** Reason, in words. */
  reason: string;
}

export type ListenerName = keyof ListenersApi;
export type ListenerEvents = { [L in keyof ListenersApi]: Parameters<Parameters<ListenersApi[L]>[0]>[0] };
