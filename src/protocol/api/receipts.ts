/** Area "Messages": what follows a message, and transparent messages. */
import type { AccountAnswer } from './accounts.js';
import type { GroupAnswer, GroupRef, TargetUser } from './groups.js';
import type { UserName, UserRef } from './messages.js';
import type { Answer, JMessageRequest, ReceiptRequest } from './request.js';

export interface ReceiptsApi {
  /**
   * Retracts one's own message. Both sides get event 55.
   * @since 2.3
   * @fails 881401 881402 881403 881404
   */
  msgRetract(params: MessageRef): JMessageRequest;
  /**
   * Lists the recipients who have read a message with `need_receipt`, and the others.
   * @since 2.4
   * @fails 880008 881402 881403
   */
  msgUnreadList(params: MessageRef): JMessageRequest<UnreadListAnswer>;
  /**
   * Reports messages of a user as read.
   * @since 2.4
   */
  addSingleReceiptReport(params: UserRef & MessageRefs): ReceiptRequest<AccountAnswer>;
  /**
   * Reports messages of a group as read.
   * @since 2.4
   */
  addGroupReceiptReport(params: GroupRef & MessageRefs): ReceiptRequest<GroupAnswer>;
  /**
   * Delivers a command to a user who is online.
   * @since 2.4
   * @fails 880203 880207 881602 881604 882005
   */
  transSingleMsg(params: TargetUser & Command): JMessageRequest;
  /**
   * Delivers a command to the members of a group who are online.
   * @since 2.4
   * @fails 880204 880205 880212 881604 882005
   */
  transGroupMsg(params: GroupRef & Command): JMessageRequest;
  /**
   * Delivers a command to one's own other platforms that are online.
   * @since 2.6
   * @fails 881604 882005
   */
  transPlatMsg(params: TransPlatformParams): JMessageRequest;
}

export interface MessageRef {
  /** The message. */
  msg_id: number | string;
}

export interface MessageRefs {
  /** The messages. Reports are batched for 2 s or 50 ids. */
  msg_ids: (number | string)[];
}
export interface Command {
  /** The command, any text. It is not stored. */
  cmd: string;
}
export interface TransPlatformParams extends Command {
  /** The platform that receives the command. */
  platform: 'all' | 'android' | 'ios' | 'pc';
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
