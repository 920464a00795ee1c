/** Messages, as the application reads them: a union over `msg_type`, with a content that is a union over its own `msg_type`. */
import type { Extras, JsonObject } from './json.js';

export interface BodyFields {
  /** Data of the application. */
  extras?: Extras;
}

export interface TextBody extends BodyFields {
  /** The text. */
  text: string;
}

export interface MediaBody extends BodyFields {
  /** Argument of `getResource`. */
  media_id: string;
  /** CRC-32 of the file. */
  media_crc32: number;
  /** Size in bytes. */
  fsize: number;
}

export interface ImageBody extends MediaBody {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** 'png', 'jpg' … */
  format: string;
}

export interface FileBody extends MediaBody {
  /** MD5 of the file. */
  hash: string;
  /** File name. */
  fname: string;
}

/** Received only: mobile SDKs send it. */
export interface VoiceBody extends MediaBody {
  /** Seconds. */
  duration?: number;
  /** 'amr', 'mp3' … */
  format?: string;
  /** MD5 of the file. */
  hash?: string;
}

/** Received only: mobile SDKs send it. */
export interface VideoBody extends Partial<MediaBody> {
  /** Seconds. */
  duration?: number;
  /** The film itself, where the body's own `media_id` is its thumbnail. */
  video?: Pick<MediaBody, 'media_id'>;
}

export interface MapPlace {
  /** Degrees, -90 to 90. */
  latitude: number;
  /** Degrees, -180 to 180. */
  longitude: number;
  /** Zoom level of the map. */
  scale: number;
  /** The place in words. */
  label: string;
}
export interface LocationBody extends BodyFields, MapPlace {}

export interface MessageBodies {
  /** Text. */
  text: TextBody;
  /** Image. */
  image: ImageBody;
  /** File. */
  file: FileBody;
  /** Voice. */
  voice: VoiceBody;
  /** Film. */
  video: VideoBody;
  /** Place. */
  location: LocationBody;
  /** The application's own object. */
  custom: JsonObject;
}

export type MessageBody = MessageBodies[keyof MessageBodies];

export interface ContentFields {
  /** Version of the format. */
  version: 1;
  /** Kind of target. */
  target_type: 'single' | 'group' | 'chatroom';
  /** Username, group id or chat room id. */
  target_id: string;
  /** Shown name of the target. */
  target_name: string;
  /** Application of the target. */
  target_appkey?: string;
  /** Application of the sender. */
  from_appkey?: string;
  /** 'web', 'android', 'ios', 'pc' … */
  from_platform: string;
  /** Username of the sender. */
  from_id: string;
  /** Nickname of the sender. */
  from_name?: string;
  /** Time of sending by the sender's clock, ms. */
  create_time: number;
  /** 'admin' where the application's server sent the message. */
  from_type?: string;
  /** Addressed members of a group text; empty: everybody. */
  at_list?: UserRef[];
}

/**
 * The part of a message that its sender wrote: a union over `msg_type`. Others may send further types: keep a default branch.
 */
export type MessageContent = {
  [T in keyof MessageBodies]: ContentFields & {
    /** Kind of message. */
    msg_type: T;
    /** The body. */
    msg_body: MessageBodies[T];
  };
}[keyof MessageBodies];

export interface CustomNotification {
  /** true: this notification replaces the usual one. */
  enabled: boolean;
  /** Title. */
  title?: string | undefined;
  /** Text. */
  alert?: string | undefined;
  /** Text before the alert, for addressed members. */
  at_prefix?: string | undefined;
}

export interface MessageStamp {
  /** Id of the message. */
  msg_id: number;
  /** Server's time of sending, ms. */
  ctime_ms: number;
}

export interface StampedContent extends MessageStamp {
  /** The part that the sender wrote. */
  content: MessageContent;
}

export interface MessageFields extends StampedContent {
  /** User number of the sender. */
  from_uid: number;
  /** The group, or 0. */
  from_gid: number;
  /** 'across': sender and target belong to different applications. */
  msg_level: 'normal' | 'across';
  /** The sender wants read receipts. */
  need_receipt: boolean;
  /** Notification on mobile devices. */
  custom_notification?: JsonObject;
  /** Key of the conversation: `uid` of the user, or `gid`. */
  key: number;
}

export interface SingleMessage extends MessageFields {
  /** Between users. */
  msg_type: 3;
  /** Username of the sender. */
  from_username: string;
  /** Application of the sender. */
  from_appkey?: string;
}

export interface GroupMessage extends MessageFields {
  /** In a group. */
  msg_type: 4;
  /** Sender, in messages of one's own other tabs. Elsewhere `content.from_id`. */
  from_username?: string;
  /** Application of the sender, likewise. */
  from_appkey?: string;
}

/** A stored message: a union over `msg_type`, 3 between users, 4 in a group. */
export type Message = SingleMessage | GroupMessage;

/** One message: its fields at the top as in V2.2, and in `messages` since V2.3. */
export type ReceivedMessage = Message & {
  /** The message again. */ messages: [Message];
};

/** A sent message: the request, with `msg_id` filled in. */
export interface SentMessage extends StampedContent {
  /** Number of the request. */
  rid: number;
  /** Username, of a message to a user. */
  target_id?: string;
  /** Id of a group or chat room, as text. */
  target_gid?: string;
  /** Shown name of the target. */
  target_name: string;
  /** Application of the sender. */
  appkey: string;
}

export interface AccountRef {
  /** Username. */
  username: string;
  /** Application. */
  appkey: string;
}

export interface UserName extends AccountRef {
  /** Nickname, or ''. */
  nickname: string;
}

export interface UserCard extends UserName {
  /** Argument of `getResource`, or ''. */
  avatar: string;
}

export interface UserRef {
  /** Username. */
  username: string;
  /** Application of the user. Default: one's own. */
  appkey?: string;
}
