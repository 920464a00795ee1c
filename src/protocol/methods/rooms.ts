/** Chat rooms (since 2.5). A room has members only while they are in it, and stores no messages for offline users. */
import * as v from 'valibot';
import { appkey, count, id, optional } from '../checks.js';

const room = v.object({ id });

export const ROOM_METHODS = {
  getAppkeyChatrooms: {
    params: v.object({ start: count, appkey: optional(appkey) }),
    event: 'room_list',
  },
  getSelfChatrooms: {
    params: null,
    event: 'room_list_self',
    cache: 'answer',
  },
  getChatroomInfo: {
    params: room,
    event: 'room_info',
    cache: 'answer',
  },
  enterChatroom: {
    params: room,
    event: 'join_room',
  },
  exitChatroom: {
    params: room,
    event: 'exit_room',
  },
} as const;
