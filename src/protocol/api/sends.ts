/** Area "Messages": sends to users and groups. */
import type { Extras, JsonObject } from './json.js';
import type { CustomNotification, MessageBody, UserRef } from './messages.js';
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
  sendSingleMsg(params: BodyToUser | TextToUser): SendRequest<SingleSendAnswer>;
  /**
   * Sends an image to a user, after its upload.
   * @guide 发送单聊图片
   * @fails 880005 880203 880206 880207 880209 880210 889011
   */
  sendSinglePic(params: BodyToUser | ImageToUser): SendRequest<SingleSendAnswer>;
  /**
   * Sends a file to a user, after its upload.
   * @guide 发送单聊文件
   * @fails 880005 880203 880206 880207 880209 880210 889011
   */
  sendSingleFile(params: BodyToUser | FileToUser): SendRequest<SingleSendAnswer>;
  /**
   * Sends a place to a user.
   * @guide 发送单聊位置
   * @fails 880203 880206 880207 880209
   */
  sendSingleLocation(params: BodyToUser | LocationToUser): SendRequest<SingleSendAnswer>;
  /**
   * Sends the application's own object to a user.
   * @guide 发送单聊自定义消息
   * @fails 880203 880206 880207 880209
   */
  sendSingleCustom(params: BodyToUser | CustomToUser): SendRequest<SingleSendAnswer>;
  /**
   * Sends a text to a group. `at_list` addresses members; `custom` instead of `content` sends a custom message.
   * @guide 发送群聊文本
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupMsg(params: BodyTextToGroup | CustomToGroup | TextToGroup): SendRequest<GroupSendAnswer>;
  /**
   * Sends an image to a group, after its upload.
   * @guide 发送群聊图片
   * @fails 880005 880204 880205 880206 880209 880210 880212 889011
   */
  sendGroupPic(params: BodyToGroup | ImageToGroup): SendRequest<GroupSendAnswer>;
  /**
   * Sends a file to a group, after its upload.
   * @guide 发送群聊文件
   * @fails 880005 880204 880205 880206 880209 880210 880212 889011
   */
  sendGroupFile(params: BodyToGroup | FileToGroup): SendRequest<GroupSendAnswer>;
  /**
   * Sends a place to a group.
   * @guide 发送群聊位置
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupLocation(params: BodyToGroup | LocationToGroup): SendRequest<GroupSendAnswer>;
  /**
   * Sends the application's own object to a group.
   * @guide 发送群聊自定义消息
   * @since 2.4
   * @fails 880204 880205 880206 880209 880212
   */
  sendGroupCustom(params: BodyToGroup | CustomToGroup): SendRequest<GroupSendAnswer>;
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

/** Content of a forwarded message. */
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
export interface LocationPart {
  /** Degrees, -90 to 90. */
  latitude: number;
  /** Degrees, -180 to 180. */
  longitude: number;
  /** Zoom level of the map. */
  scale: number;
  /** The place in words. */
  label: string;
}
export interface CustomPart {
  /** The application's own object. */
  custom: JsonObject;
}

// A compiler blames the last member of a union, by name or by place: the part that most calls mean stands last in both.

export interface BodyToUser extends ToUser, BodyPart {}
export interface TextToUser extends ToUser, TextPart {}
export interface ImageToUser extends ToUser, ImagePart {}
export interface FileToUser extends ToUser, FilePart {}
export interface LocationToUser extends ToUser, LocationPart {}
export interface CustomToUser extends ToUser, CustomPart {}
export interface Addressing {
  /** Addressed members; empty: everybody. */
  at_list?: UserRef[] | undefined;
}
export interface BodyToGroup extends ToGroup, BodyPart {}
export interface BodyTextToGroup extends BodyToGroup, Addressing {}
export interface TextToGroup extends ToGroup, TextPart, Addressing {}
export interface ImageToGroup extends ToGroup, ImagePart {}
export interface FileToGroup extends ToGroup, FilePart {}
export interface LocationToGroup extends ToGroup, LocationPart {}
export interface CustomToGroup extends ToGroup, CustomPart {}

export interface SendAnswer extends Answer {
  /** Id of the message. */
  msg_id: number;
  /** Server's time of sending, ms. @since 2.4 */
  ctime_ms: number;
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
