/** Chat rooms (since 2.5): no members when nobody is in, nothing kept for those who are away. */
import * as v from 'valibot';
import { appkey, count, id, optional } from '../checks.js';
import type { Chatroom } from '../payloads.js';
import { typeOf } from './table.js';

const plain = { needs: 'login', step: 'plain' } as const;
const room = v.object({ id });

export const ROOM_METHODS = {
  getAppkeyChatrooms: {
    ...plain,
    params: v.object({ start: count, appkey: optional(appkey) }),
    event: 'room_list',
    answer: typeOf<{ result: { total: number; start: number; count: number; rooms: Chatroom[] } }>(),
  },
  getSelfChatrooms: {
    ...plain,
    params: null,
    event: 'room_list_self',
    cache: 'answer',
    answer: typeOf<{ chat_rooms: Chatroom[] }>(),
  },
  getChatroomInfo: {
    ...plain,
    params: room,
    event: 'room_info',
    cache: 'answer',
    answer: typeOf<{ info: Chatroom }>(),
  },
  enterChatroom: {
    ...plain,
    params: room,
    event: 'join_room',
    answer: typeOf<{ id: number }>(),
  },
  exitChatroom: {
    ...plain,
    params: room,
    event: 'exit_room',
    answer: typeOf<{ id: number }>(),
  },
} as const;
