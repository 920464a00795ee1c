/** Sends: text, images, files, places and custom messages, to users, groups and chat rooms. */
import * as v from 'valibot';
import type { JsonObject } from '../api/json.js';
import type { MessageBody } from '../api/messages.js';
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
import { delivery, file } from './fields.js';
import type { MessageKind, MessageTarget } from './table.js';

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
/** A body of another message. */
const body: v.GenericSchema<MessageBody | JsonObject | string, JsonObject> = objectOrText;

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

/** A message by its parts, or a forwarded one: without the first of the parts, and with another message's `msg_body`. */
function message<T extends v.ObjectEntries, P extends v.ObjectEntries>(target: T, parts: P) {
  const [first = ''] = Object.keys(parts);
  const whole = v.object({ ...target, ...parts });
  const forwarded = v.object({ ...target, msg_body: body });
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

/** A group text may address members. With `custom` instead of `content` it is the documents' custom message to a group. */
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

function send<To extends MessageTarget, P>(to: To, kind: MessageKind, params: P) {
  const upload = UPLOADS[kind];
  return {
    params,
    event: EVENTS[to],
    step: 'message',
    message: { to, kind },
    ...(upload && { upload }),
  } as const;
}

const { single, group, chatroom } = TARGETS;

export const MESSAGE_METHODS = {
  sendSingleMsg: send('single', 'text', message(single, PARTS.text)),
  sendSinglePic: send('single', 'image', message(single, PARTS.image)),
  sendSingleFile: send('single', 'file', message(single, PARTS.file)),
  sendSingleLocation: send('single', 'location', message(single, PARTS.location)),
  sendSingleCustom: send('single', 'custom', customMessage(single)),
  sendGroupMsg: send('group', 'text', groupText),
  sendGroupPic: send('group', 'image', message(group, PARTS.image)),
  sendGroupFile: send('group', 'file', message(group, PARTS.file)),
  sendGroupLocation: send('group', 'location', message(group, PARTS.location)),
  sendGroupCustom: send('group', 'custom', customMessage(group)),
  sendChatroomMsg: send('chatroom', 'text', message(chatroom, PARTS.text)),
  sendChatroomPic: send('chatroom', 'image', message(chatroom, PARTS.image)),
  sendChatroomFile: send('chatroom', 'file', message(chatroom, PARTS.file)),
  sendChatroomLocation: send('chatroom', 'location', message(chatroom, PARTS.location)),
  sendChatroomCustom: send('chatroom', 'custom', customMessage(chatroom)),
  msgRetract: {
    params: v.object({ msg_id: id }),
    event: 'msg_retract',
  },
  msgUnreadList: {
    params: v.object({ msg_id: id }),
    event: 'msg_unread_list',
  },
  addSingleReceiptReport: {
    params: v.object({ username: name, appkey: optional(appkey), msg_ids: reportedIds }),
    event: 'receipt_report',
    step: 'receipts',
  },
  addGroupReceiptReport: {
    params: v.object({ gid: id, msg_ids: reportedIds }),
    event: 'receipt_report',
    step: 'receipts',
  },
  transSingleMsg: {
    params: v.object({ target_username: name, cmd: text, target_appkey: optional(appkey) }),
    event: 'trans_msg_single',
  },
  transGroupMsg: {
    params: v.object({ gid: id, cmd: text }),
    event: 'trans_msg_group',
  },
  transPlatMsg: {
    params: v.object({ platform: v.picklist(['all', 'android', 'ios', 'pc']), cmd: text }),
    event: 'trans_msg_platform',
  },
} as const;
