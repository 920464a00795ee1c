/** Area "Messages": sends to users and groups. */
import type { Extras, JsonObject } from './json.js';
import type { CustomNotification, MapPlace, MessageBody, MessageStamp, UserRef } from './messages.js';
import type { Answer, SendRequest } from './request.js';

/**
 * Messages to users and groups. They are transmitted in the order of their calls in each conversation, and wait in the outbox for a connection.
 */
export interface SendsApi {
  /**
   * Sends a text to a user.
   * @guide 发送单聊文本
   * @fails 880203 880206 880207 880209
   */
  sendSingleMsg(params: ToUser & (BodyPart | TextPart)): SendRequest<SingleSendAnswer>;
  /**
   * Sends an image to a user, after its upload.
   * @guide 发送单聊图片
   * @fails 880005 880203 880206 880207 880209 880210 889011
   */
  sendSinglePic(params: ToUser & (BodyPart | ImagePart)): SendRequest<SingleSendAnswer>;
  /**
   * Sends a file to a user, after its upload.
   * @guide 发送单聊文件
   * @fails 880005 880203 880206 880207 880209 880210 889011
   */
  sendSingleFile(params: ToUser & (BodyPart | FilePart)): SendRequest<SingleSendAnswer>;
  /**
   * Sends a place to a user.
   * @guide 发送单聊位置
   * @fails 880203 880206 880207 880209
   */
  sendSingleLocation(params: ToUser & (BodyPart | MapPlace)): SendRequest<SingleSendAnswer>;
  /**
   * Sends the application's own object to a user.
   * @guide 发送单聊自定义消息
   * @fails 880203 880206 880207 880209
   */
  sendSingleCustom(params: ToUser & (BodyPart | CustomPart)): SendRequest<SingleSendAnswer>;
  /**
   * Sends a text to a group, or a custom message.
   * @guide 发送群聊文本
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupMsg(
    // A compiler blames the last member for a missing field: the one that most calls mean.
    params: (ToMembers & BodyPart) | (ToMembers & CustomPart) | (ToMembers & TextPart),
  ): SendRequest<GroupSendAnswer>;
  /**
   * Sends an image to a group, after its upload.
   * @guide 发送群聊图片
   * @fails 880005 880204 880205 880206 880209 880210 880212 889011
   */
  sendGroupPic(params: ToGroup & (BodyPart | ImagePart)): SendRequest<GroupSendAnswer>;
  /**
   * Sends a file to a group, after its upload.
   * @guide 发送群聊文件
   * @fails 880005 880204 880205 880206 880209 880210 880212 889011
   */
  sendGroupFile(params: ToGroup & (BodyPart | FilePart)): SendRequest<GroupSendAnswer>;
  /**
   * Sends a place to a group.
   * @guide 发送群聊位置
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupLocation(params: ToGroup & (BodyPart | MapPlace)): SendRequest<GroupSendAnswer>;
  /**
   * Sends the application's own object to a group.
   * @guide 发送群聊自定义消息
   * @since 2.4
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupCustom(params: ToGroup & (BodyPart | CustomPart)): SendRequest<GroupSendAnswer>;
}

export interface SendOptions {
  /** Data of the application, kept in the message's body. */
  extras?: Extras | undefined;
  /** true: not stored for offline recipients. @since 2.4 */
  no_offline?: boolean | undefined;
  /** true: mobile devices show no notification. @since 2.4 */
  no_notification?: boolean | undefined;
  /** Text of the notification on mobile devices. @since 2.4 */
  custom_notification?: Partial<CustomNotification> | undefined;
  /** true: recipients report the message as read. @since 2.4 */
  need_receipt?: boolean | undefined;
}

export interface ToUser extends SendOptions {
  /** Username of the recipient. */
  target_username: string;
  /** Nickname of the recipient. */
  target_nickname?: string | undefined;
  /** Default: one's own. */
  appkey?: string | undefined;
}

export interface ToGroup extends SendOptions {
  /** The group. */
  target_gid: number | string;
  /** Name of the group. */
  target_gname?: string | undefined;
}
export interface ToMembers extends ToGroup {
  /** Addressed members; empty: everybody. */
  at_list?: UserRef[] | undefined;
}

export interface BodyPart {
  /** `content.msg_body` of another message: forwards it. */
  msg_body: JsonObject | MessageBody;
}
export interface TextPart {
  /** The text, at most 8 KB of UTF-8 (chat rooms: 4 KB). */
  content: string;
}
export interface ImagePart {
  /** An image, or a form with one; at most 10 MB. */
  image: FormData | Blob;
}
export interface FilePart {
  /** A file, or a form with one; at most 10 MB. */
  file: FormData | Blob;
}
export interface CustomPart {
  /** The application's own object. */
  custom: JsonObject;
}

export interface SendAnswer extends Answer, MessageStamp {
  /** Key of the conversation, as in `getConversation`. Not of chat rooms. */
  key?: number;
}
export interface SingleSendAnswer extends SendAnswer {
  /** Username of the recipient. */
  target_username: string;
  /** Application of the recipient. */
  appkey: string;
}
export interface GroupSendAnswer extends SendAnswer {
  /** The group. */
  target_gid: number;
  /** Members who have not read the message, if it needs receipts. */
  unread_count: number;
}
