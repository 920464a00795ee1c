/** Sending: text, images, files, places and the application's own, to users, groups and chat rooms. */
import * as v from 'valibot';
import {
  appkey,
  decimal,
  id,
  isGiven,
  jsonObject,
  name,
  optional,
  reportedIds,
  text,
  user,
} from '../checks.js';
import type { JsonObject, MessageContent, UserName } from '../payloads.js';
import { delivery, file } from './fields.js';
import { type MessageKind, type MessageTarget, typeOf } from './table.js';

/** What the server answers to a stored message. */
export interface SendAnswer {
  msg_id: number;
  ctime_ms: number;
  /** Of users and groups: the conversation's key, as in the list of conversations. */
  key?: number;
}
export interface SingleSendAnswer extends SendAnswer {
  target_username: string;
  appkey: string;
}
export interface GroupSendAnswer extends SendAnswer {
  target_gid: number;
  /** How many members have not read it, if a receipt was asked for. */
  unread_count: number;
}
export interface RoomSendAnswer extends SendAnswer {
  room_id: number;
}

/** The request that was sent, with `msg_id` filled in: the second argument of a send's `onSuccess`. */
export interface SentMessage {
  rid: number;
  msg_id: number;
  ctime_ms: number;
  target_id?: string;
  /** A group's id as text, or a chat room's: V2 has one name for both. */
  target_gid?: string;
  target_name: string;
  appkey: string;
  content: MessageContent;
}

const TARGETS = {
  single: {
    target_username: name,
    target_nickname: optional(text),
    appkey: optional(appkey),
    ...delivery,
  },
  group: { target_gid: id, target_gname: optional(text), ...delivery },
  chatroom: { target_rid: id, target_rname: optional(text), ...delivery },
};

/** An object, or its JSON: the documents' example has it in quotes. */
const objectOrText = v.union([jsonObject, v.pipe(v.string(), v.parseJson(), jsonObject)]);

const PARTS = {
  text: { content: v.pipe(text, v.minLength(1)) },
  image: { image: file },
  file: { file },
  location: {
    latitude: v.pipe(decimal, v.minValue(-90), v.maxValue(90)),
    longitude: v.pipe(decimal, v.minValue(-180), v.maxValue(180)),
    scale: v.pipe(decimal, v.minValue(0)),
    label: text,
  },
  custom: { custom: objectOrText },
};

/** A message by its parts; or forwarded: with another one's `msg_body`, where the first of the parts is missing. */
function message<T extends v.ObjectEntries, P extends v.ObjectEntries>(target: T, parts: P) {
  const [first = ''] = Object.keys(parts);
  const whole = v.object({ ...target, ...parts });
  const forwarded = v.object({ ...target, msg_body: objectOrText });
  return v.lazy((input): typeof whole | typeof forwarded =>
    isGiven(input, 'msg_body') && !isGiven(input, first) ? forwarded : whole,
  );
}

/** `custome` is the documents' own misprint, which applications have copied. */
function customMessage<T extends v.ObjectEntries>(target: T) {
  const misprinted = v.pipe(
    v.object({ ...target, custome: objectOrText }),
    v.transform(({ custome, ...rest }) => ({ ...rest, custom: custome as JsonObject })),
  );
  const right = message(target, PARTS.custom);
  return v.lazy((input): typeof right | typeof misprinted =>
    isGiven(input, 'custome') ? misprinted : right,
  );
}

/** Group texts may address members; and with `custom` instead of `content` it is the documents' group custom message. */
const groupText = (() => {
  const target = { ...TARGETS.group, at_list: optional(v.array(user)) };
  const written = message(target, PARTS.text);
  const custom = customMessage(TARGETS.group);
  return v.lazy((input): typeof written | typeof custom =>
    !isGiven(input, 'content') && (isGiven(input, 'custom') || isGiven(input, 'custome')) ? custom : written,
  );
})();

const EVENTS = {
  single: 's_across_single_text',
  group: 'send_group_msg',
  chatroom: 'send_room_msg',
} as const;

const UPLOADS = {
  text: undefined,
  image: { field: 'image', type: 'image' },
  file: { field: 'file', type: 'file' },
  location: undefined,
  custom: undefined,
} as const;

function send<To extends MessageTarget, P, A>(to: To, kind: MessageKind, params: P, answer: A) {
  const upload = UPLOADS[kind];
  return {
    params,
    needs: 'login',
    event: EVENTS[to],
    step: 'message',
    message: { to, kind },
    ...(upload && { upload }),
    lane: 'conversation',
    answer,
    second: typeOf<SentMessage>(),
  } as const;
}

const { single, group, chatroom } = TARGETS;
const sent = {
  single: typeOf<SingleSendAnswer>(),
  group: typeOf<GroupSendAnswer>(),
  chatroom: typeOf<RoomSendAnswer>(),
};

export const MESSAGE_METHODS = {
  sendSingleMsg: send('single', 'text', message(single, PARTS.text), sent.single),
  sendSinglePic: send('single', 'image', message(single, PARTS.image), sent.single),
  sendSingleFile: send('single', 'file', message(single, PARTS.file), sent.single),
  sendSingleLocation: send('single', 'location', message(single, PARTS.location), sent.single),
  sendSingleCustom: send('single', 'custom', customMessage(single), sent.single),
  sendGroupMsg: send('group', 'text', groupText, sent.group),
  sendGroupPic: send('group', 'image', message(group, PARTS.image), sent.group),
  sendGroupFile: send('group', 'file', message(group, PARTS.file), sent.group),
  sendGroupLocation: send('group', 'location', message(group, PARTS.location), sent.group),
  sendGroupCustom: send('group', 'custom', customMessage(group), sent.group),
  sendChatroomMsg: send('chatroom', 'text', message(chatroom, PARTS.text), sent.chatroom),
  sendChatroomPic: send('chatroom', 'image', message(chatroom, PARTS.image), sent.chatroom),
  sendChatroomFile: send('chatroom', 'file', message(chatroom, PARTS.file), sent.chatroom),
  sendChatroomLocation: send('chatroom', 'location', message(chatroom, PARTS.location), sent.chatroom),
  sendChatroomCustom: send('chatroom', 'custom', customMessage(chatroom), sent.chatroom),
  msgRetract: {
    params: v.object({ msg_id: id }),
    needs: 'login',
    event: 'msg_retract',
    step: 'plain',
    answer: typeOf(),
  },
  msgUnreadList: {
    params: v.object({ msg_id: id }),
    needs: 'login',
    event: 'msg_unread_list',
    step: 'plain',
    answer: typeOf<{ msg_unread_list: { unread_list: UserName[]; read_list: UserName[] } }>(),
  },
  addSingleReceiptReport: {
    params: v.object({ username: name, appkey: optional(appkey), msg_ids: reportedIds }),
    needs: 'login',
    event: 'receipt_report',
    step: 'receipts',
    answer: typeOf<{ appkey: string; username: string }>(),
    second: typeOf<number[]>(),
  },
  addGroupReceiptReport: {
    params: v.object({ gid: id, msg_ids: reportedIds }),
    needs: 'login',
    event: 'receipt_report',
    step: 'receipts',
    answer: typeOf<{ gid: number }>(),
    second: typeOf<number[]>(),
  },
  transSingleMsg: {
    params: v.object({ target_username: name, cmd: text, target_appkey: optional(appkey) }),
    needs: 'login',
    event: 'trans_msg_single',
    step: 'plain',
    answer: typeOf(),
  },
  transGroupMsg: {
    params: v.object({ gid: id, cmd: text }),
    needs: 'login',
    event: 'trans_msg_group',
    step: 'plain',
    answer: typeOf(),
  },
  transPlatMsg: {
    params: v.object({ platform: v.picklist(['all', 'android', 'ios', 'pc']), cmd: text }),
    needs: 'login',
    event: 'trans_msg_platform',
    step: 'plain',
    answer: typeOf(),
  },
} as const;
