/** Messages in the name of a user of the application: to a user, a group or a chat room. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import {
  appkey as appkeySchema,
  CODES,
  flag,
  jsonObject,
  type MessageContent,
  name,
  shortText,
} from '../../../../src/protocol/index.js';
import { contentFrom, refuseContent } from '../../handlers/content.js';
import type { Account } from '../../store/accounts.js';
import { HttpRefusal } from '../errors.js';
import {
  checked,
  invalid,
  NO_SUCH_GROUP,
  NO_SUCH_ROOM,
  NO_SUCH_USER,
  type Outcome,
  type Route,
  type ServerCall,
} from './call.js';

const message = v.object({
  version: v.literal(1),
  target_type: v.picklist(['single', 'group', 'chatroom']),
  target_id: v.pipe(v.union([name, v.number()]), v.transform(String)),
  target_appkey: v.optional(appkeySchema),
  target_name: v.optional(v.string(), ''),
  from_type: v.literal('admin'),
  from_id: name,
  from_name: v.optional(shortText),
  no_offline: v.optional(flag, false),
  no_notification: v.optional(flag, false),
  notification: v.optional(jsonObject),
  msg_type: name,
  msg_body: jsonObject,
});
type Message = v.InferOutput<typeof message>;

/** The target of a message: one of the three, with 0 for the others. */
interface Target {
  recipient: number;
  gid: number;
  roomId: number;
  receivers: number;
  /** As the message says it. */
  id: string;
  appkey: string;
}

const NOWHERE = { recipient: 0, gid: 0, roomId: 0, receivers: 0 };

async function send({ services, appkey, body }: ServerCall): Promise<Outcome | HttpRefusal> {
  const input = checked(message, body, 'message');
  if (input instanceof HttpRefusal) return input;
  const { store, settings, writer, roomWriter, now } = services;
  const draft = { ...input, from_platform: 'api', from_name: '', create_time: now() };
  const limit = { bytes: settings.textBytes, refusal: CODES.messageTooLong };
  const refused = refuseContent(draft, input.target_type, limit, 'message');
  if (refused) return invalid(refused.message);
  const sender = await store.accounts.find(appkey, input.from_id);
  if (!sender) return NO_SUCH_USER;
  const target = await targetOf(services, input, sender);
  if (target instanceof HttpRefusal) return target;
  const common = {
    // A server's calls are not known again when they are repeated.
    key: `rest-${randomUUID()}`,
    // All of the sender's own sessions hear of it.
    origin: '',
  };
  const content = contentOf(input, draft.create_time, sender, target);
  const bytes = JSON.stringify(input.msg_body).length;
  const answer = await (target.roomId > 0
    ? roomWriter.send({ ...common, content, roomId: target.roomId, bytes, receivers: 0 })
    : writer.send({
        ...common,
        ...target,
        contentJson: JSON.stringify(content),
        sender: sender.uid,
        msgLevel: target.appkey === appkey ? 0 : 1,
        needReceipt: false,
        customNotification: input.notification && { enabled: true, ...input.notification },
        noOffline: input.no_offline,
        bytes,
      }));
  return { status: 201, body: { msg_id: answer.msg_id, msg_ctime: answer.ctime_ms } };
}

async function targetOf(
  { reach, store }: ServerCall['services'],
  { target_type, target_id, target_appkey }: Message,
  sender: Account,
): Promise<Target | HttpRefusal> {
  if (target_type === 'single') {
    const appkey = target_appkey ?? sender.appkey;
    const account = reach.reaches(sender.appkey, appkey)
      ? await store.accounts.find(appkey, target_id)
      : undefined;
    if (!account) return NO_SUCH_USER;
    return { ...NOWHERE, recipient: account.uid, receivers: 1, id: account.username, appkey };
  }
  const id = Number(target_id);
  if (target_type === 'chatroom') {
    const room = Number.isSafeInteger(id) ? await store.rooms.find(id) : undefined;
    if (room?.appkey !== sender.appkey) return NO_SUCH_ROOM;
    return { ...NOWHERE, roomId: id, id: String(id), appkey: room.appkey };
  }
  const audience = Number.isSafeInteger(id) ? await store.groups.audience(id) : undefined;
  // The application's own, whoever it is that writes.
  if (audience?.appkey !== sender.appkey) return NO_SUCH_GROUP;
  const { members, appkey } = audience;
  const receivers = members.size - (members.has(sender.uid) ? 1 : 0);
  return { ...NOWHERE, gid: id, receivers, id: String(id), appkey };
}

/** As a client writes it, with `from_type`, which tells the two apart. */
function contentOf(
  { from_name, from_type, msg_body, msg_type, target_name, target_type }: Message,
  create_time: number,
  sender: Account,
  target: Target,
): MessageContent {
  const draft = { version: 1, target_type, target_id: target.id, target_name, msg_type, msg_body } as const;
  const content = contentFrom(
    sender,
    { ...draft, from_platform: 'api', from_id: sender.username, from_name: '', create_time },
    { id: target.id, appkey: target.appkey },
  );
  return Object.assign(content, { from_type }, from_name && { from_name });
}

export const messages: readonly Route[] = [['POST', '/v1/messages', send]];
