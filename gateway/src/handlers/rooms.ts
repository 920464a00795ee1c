/** Chat rooms: no members when nobody is in, nothing kept for those who are away but the latest messages. */
import { type Chatroom, CODES } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { RoomPresence } from '../delivery/room-presence.js';
import { type RoomRow, wireRoom } from '../store/rooms.js';
import { contentFrom, refuseContent } from './content.js';
import { change, type Handling, keyOf, sessionOf } from './types.js';

export async function listRooms({ services, connection, payload }: Handling<'room_list'>): Promise<Reply> {
  const { appkey: own } = sessionOf(connection).account;
  const { start, appkey = own } = payload;
  const { reach, settings, store, inRooms } = services;
  if (!reach.reaches(own, appkey)) return { answer: refuse(CODES.appkeyNotExist) };
  const { total, rooms } = await store.rooms.ofApp(appkey, start, settings.pageRows);
  const rows = await wireRooms(inRooms, rooms);
  return { answer: success({ result: { total, start, count: rows.length, rooms: rows } }) };
}

export async function listOwnRooms({ services, connection }: Handling<'room_list_self'>): Promise<Reply> {
  const { store, inRooms } = services;
  const rooms = await store.rooms.byIds(inRooms.roomsOf(connection));
  return { answer: success({ chat_rooms: await wireRooms(inRooms, rooms) }) };
}

async function wireRooms(inRooms: RoomPresence, rooms: readonly RoomRow[]): Promise<Chatroom[]> {
  const members = await inRooms.counts(rooms.map(({ id }) => id));
  return rooms.map((room, index) => wireRoom(room, members[index] ?? 0));
}

/** Rooms of applications that cannot be reached from this one are none. */
async function findRoom({ services, connection, payload }: Handling<'room_info' | 'join_room'>) {
  const room = await services.store.rooms.find(payload.id);
  return room && services.reach.reaches(sessionOf(connection).account.appkey, room.appkey) ? room : undefined;
}

export async function roomInfo(handling: Handling<'room_info'>): Promise<Reply> {
  const { services } = handling;
  const room = await findRoom(handling);
  return {
    answer: room
      ? success({ info: wireRoom(room, await services.inRooms.count(room.id)) })
      : refuse(CODES.chatroomNotExist),
  };
}

export async function enterRoom(handling: Handling<'join_room'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { id } = payload;
  const { store, inRooms, settings } = services;
  const { uid } = sessionOf(connection).account;
  const room = await findRoom(handling);
  if (!room) return { answer: refuse(CODES.chatroomNotExist) };
  const key = keyOf(handling, [uid]);
  const stay = inRooms.stay(id, connection);
  // A stay ends with its session, so what is known of it is in memory, and so is what its request was.
  if (stay) return { answer: stay.key === key ? success({ id }) : refuse(CODES.alreadyInChatroom) };
  if (inRooms.roomsOf(connection).length >= settings.roomsOfSession) {
    return { answer: refuse(CODES.numberExceedsLimit) };
  }
  if (room.max_member_count > 0 && (await inRooms.count(id)) >= room.max_member_count) {
    return { answer: refuse(CODES.chatroomFull) };
  }
  inRooms.enter(id, connection, { uid, key });
  return {
    answer: success({ id }),
    afterwards: async () => inRooms.show(id, connection, await store.rooms.latest(id)),
  };
}

export async function exitRoom(handling: Handling<'exit_room'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { id } = payload;
  return change(handling, async ({ afterCommit }) => {
    if (!services.inRooms.stay(id, connection)) return refuse(CODES.notInChatroom);
    afterCommit(() => services.inRooms.leave(id, connection));
    return success({ id });
  });
}

export async function sendRoom(handling: Handling<'send_room_msg'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account: sender } = sessionOf(connection);
  const roomId = 'target_gid' in payload ? payload.target_gid : payload.target_rid;
  const { store, inRooms, settings } = services;
  const limit = { bytes: settings.roomTextBytes, refusal: CODES.chatroomMessageTooLong };
  const refused = refuseContent(payload.content, 'chatroom', limit, 'send_room_msg');
  if (refused) return { answer: refused };
  const key = keyOf(handling, [sender.uid]);
  const room = await store.rooms.rules(roomId);
  const isInside = inRooms.stay(roomId, connection) !== undefined;
  if (!room || !isInside || room.banned.has(sender.uid)) {
    const refusal = !room ? CODES.chatroomNotExist : isInside ? CODES.banned : CODES.notInChatroom;
    // An accepted message stays accepted, and its retry gets the first answer.
    return { answer: (await store.requests.answered(key)) ?? refuse(refusal) };
  }
  const content = contentFrom(sender, payload.content, { id: String(roomId), appkey: room.appkey });
  const bytes = handling.request.canonical.length;
  const receivers = services.inRooms.audience(roomId);
  connection.costs.chargeBytes(bytes * receivers);
  const message = { key, roomId, content, origin: connection.id, bytes, receivers };
  return { answer: { later: services.roomWriter.send(message) } };
}
