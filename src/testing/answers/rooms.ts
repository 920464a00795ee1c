/** Answers about chat rooms. A test server has none. */
import { CODES } from '../../protocol/codes/codes.js';
import type { Handlers } from './handler.js';

/** By event. */
export const ROOMS: Handlers = {
  room_list: ({ fields }) => ({ result: { total: 0, start: Number(fields.start), count: 0, rooms: [] } }),
  room_list_self: () => ({ chat_rooms: [] }),
  room_info: () => CODES.chatroomNotExist,
  join_room: () => CODES.chatroomNotExist,
  exit_room: () => CODES.notInChatroom,
  send_room_msg: () => CODES.notInChatroom,
};
