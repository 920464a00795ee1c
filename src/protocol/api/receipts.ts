/** Area "Messages": what follows a message, and transparent messages. */
import type { GroupRef } from './groups.js';
import type { AccountRef, UserName, UserRef } from './messages.js';
import type { Answer, JMessageRequest, ReceiptRequest } from './request.js';

/** Retraction, receipts and transparent messages. */
export interface ReceiptsApi {
  /**
   * Retracts one's own message. Both sides get event 55.
   * @since 2.3
   * @fails 881401 881402 881403 881404
   */
  msgRetract(params: MessageRef): JMessageRequest;
  /**
   * Lists who has and who has not read a message that was sent with `need_receipt`.
   * @since 2.4
   * @fails 880008 881402 881403
   */
  msgUnreadList(params: MessageRef): JMessageRequest<UnreadListAnswer>;
  /**
   * Reports messages of a user as read. Reports are batched for 2 s or 50 ids.
   * @since 2.4
   */
  addSingleReceiptReport(params: SingleReceiptParams): ReceiptRequest<SingleReceiptAnswer>;
  /**
   * Reports messages of a group as read. Reports are batched for 2 s or 50 ids.
   * @since 2.4
   */
  addGroupReceiptReport(params: GroupReceiptParams): ReceiptRequest<GroupReceiptAnswer>;
  /**
   * Delivers a command to a user who is online now. The command is not stored.
   * @since 2.4
   * @fails 880203 880207 881602 881604 882005
   */
  transSingleMsg(params: TransSingleParams): JMessageRequest;
  /**
   * Delivers a command to the members of a group who are online now. The command is not stored.
   * @since 2.4
   * @fails 880204 880205 880212 881604 882005
   */
  transGroupMsg(params: TransGroupParams): JMessageRequest;
  /**
   * Delivers a command to one's own other platforms that are online now. The command is not stored.
   * @since 2.6
   * @fails 881604 882005
   */
  transPlatMsg(params: TransPlatformParams): JMessageRequest;
}

/** A message by its id. */
export interface MessageRef {
  /** The message. */
  msg_id: number | string;
}

export interface SingleReceiptParams extends UserRef {
  /** Messages that have been read. */
  msg_ids: (number | string)[];
}
export interface GroupReceiptParams extends GroupRef {
  /** Messages that have been read. */
  msg_ids: (number | string)[];
}
export interface TransSingleParams {
  /** Username of the recipient. */
  target_username: string;
  /** Default: one's own. */
  target_appkey?: string | undefined;
  /** The command, any text. */
  cmd: string;
}
export interface TransGroupParams extends GroupRef {
  /** The command, any text. */
  cmd: string;
}
export interface TransPlatformParams {
  /** The platform of one's own that receives the command. */
  platform: 'all' | 'android' | 'ios' | 'pc';
  /** The command, any text. */
  cmd: string;
}

export interface UnreadListAnswer extends Answer {
  /** The recipients. */
  msg_unread_list: {
    /** Recipients who have not read the message. */
    unread_list: UserName[];
    /** Recipients who have read the message. */
    read_list: UserName[];
  };
}
export interface SingleReceiptAnswer extends AccountRef, Answer {}
export interface GroupReceiptAnswer extends Answer {
  /** The group. */
  gid: number;
}
