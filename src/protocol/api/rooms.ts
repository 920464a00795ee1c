/** Area "Chat rooms": members are those who are online; nothing is stored for others. */
import type { ListPage, ListPageParams } from './groups.js';
import type { MapPlace } from './messages.js';
import type { Answer, CachedAnswer, JMessageRequest, SendRequest } from './request.js';
import type {
  BodyPart,
  CustomPart,
  FilePart,
  ImagePart,
  SendAnswer,
  SendOptions,
  TextPart,
} from './sends.js';

/** Chat rooms. A tab that enters a room receives its messages by `onRoomMsg`. */
export interface RoomsApi {
  /**
   * Lists a page of an application's chat rooms.
   * @since 2.5
   * @fails 880101
   */
  getAppkeyChatrooms(params: ListPageParams): JMessageRequest<RoomPageAnswer>;
  /**
   * Lists the chat rooms that the account is in.
   * @since 2.5
   */
  getSelfChatrooms(): JMessageRequest<OwnRoomsAnswer>;
  /**
   * Gets a chat room.
   * @since 2.5
   * @fails 881503
   */
  getChatroomInfo(params: RoomRef): JMessageRequest<RoomInfoAnswer>;
  /**
   * Enters a chat room. Its last 50 messages come by `onRoomMsg`.
   * @since 2.5
   * @fails 880608 881503 881507 881508
   */
  enterChatroom(params: RoomRef): JMessageRequest<RoomAnswer>;
  /**
   * Leaves a chat room.
   * @since 2.5
   * @fails 881501
   */
  exitChatroom(params: RoomRef): JMessageRequest<RoomAnswer>;
  /**
   * Sends a text to a chat room.
   * @since 2.5
   * @fails 881501 881502 881503 881504
   */
  sendChatroomMsg(params: ToRoom & (BodyPart | TextPart)): SendRequest<RoomSendAnswer>;
  /**
   * Sends an image to a chat room, after its upload.
   * @since 2.5
   * @fails 880005 880210 881501 881502 881503 881504 889011
   */
  sendChatroomPic(params: ToRoom & (BodyPart | ImagePart)): SendRequest<RoomSendAnswer>;
  /**
   * Sends a file to a chat room, after its upload.
   * @since 2.5
   * @fails 880005 880210 881501 881502 881503 881504 889011
   */
  sendChatroomFile(params: ToRoom & (BodyPart | FilePart)): SendRequest<RoomSendAnswer>;
  /**
   * Sends a place to a chat room.
   * @since 2.5
   * @fails 881501 881502 881503 881504
   */
  sendChatroomLocation(params: ToRoom & (BodyPart | MapPlace)): SendRequest<RoomSendAnswer>;
  /**
   * Sends the application's own object to a chat room.
   * @since 2.5
   * @fails 881501 881502 881503 881504
   */
  sendChatroomCustom(params: ToRoom & (BodyPart | CustomPart)): SendRequest<RoomSendAnswer>;
}

export interface RoomRef {
  /** The chat room. */
  id: number | string;
}
export interface ToRoom extends SendOptions {
  /** The chat room. */
  target_rid: number | string;
  /** Name of the chat room. */
  target_rname?: string | undefined;
}

export interface Chatroom {
  /** Id of the chat room. */
  id: number;
  /** Name. */
  name: string;
  /** Description. */
  description: string;
  /** Application of the chat room. */
  appkey: string;
  /** Members. */
  total_member_count: number;
  /** Most members. */
  max_member_count: number;
}

export interface RoomPageAnswer extends Answer {
  /** The page. */
  result: ListPage & {
    /** Chat rooms on this page. */
    count: number;
    /** The chat rooms. */
    rooms: Chatroom[];
  };
}
export interface OwnRoomsAnswer extends CachedAnswer {
  /** The chat rooms. */
  chat_rooms: Chatroom[];
}
export interface RoomInfoAnswer extends CachedAnswer {
  /** The chat room. */
  info: Chatroom;
}
export interface RoomAnswer extends Answer {
  /** The chat room. */
  id: number;
}
export interface RoomSendAnswer extends SendAnswer {
  /** The chat room. */
  room_id: number;
}
