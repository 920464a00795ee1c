/** Builds the wire payload of a method from its checked parameters, by the step that its row names. */
import {
  CODES,
  type ConversationId,
  type Failure,
  failure,
  groupId,
  type JsonObject,
  MAX_FRAME_BYTES,
  type MessageContent,
  type MessageKind,
  type MessageTarget,
  roomId,
  type SendParams,
  singleId,
  type UploadedMedia,
} from '../../protocol/worker.js';
import type { CheckedCall } from './checked-call.js';

export interface BuilderContext {
  appkey: string;
  username: string;
  /** When the application made the call. */
  madeAt: number;
  /** The answer to the upload of the call's file. */
  media: UploadedMedia | undefined;
  md5(text: string): string;
}

/** The payload of a call that sends no message. */
function payloadOf(call: CheckedCall, { appkey, md5, media }: BuilderContext): object {
  switch (call.step) {
    case 'ofApp':
      return { ...call.params, appkey: call.params.appkey ?? appkey };
    case 'versioned':
      return { ...call.params, version: 0 };
    case 'password': {
      const { old_pwd, new_pwd, is_md5 } = call.params;
      const digest = (password: string) => (is_md5 ? password.toLowerCase() : md5(password));
      return { old_pwd: digest(old_pwd), new_pwd: digest(new_pwd), is_md5: true };
    }
    case 'avatar':
      return { avatar: media?.media_id };
    case 'group': {
      const { avatar: _avatar, ...rest } = call.params;
      return { ...rest, ...(media && { media_id: media.media_id }) };
    }
    case 'acceptFriend':
      return { ...call.params, from_type: 2, why: 'yes' };
    case 'declineFriend':
      return { ...call.params, from_type: 2, why: declining(call.params.why) };
    case 'silence':
    case 'unsilence':
      return { ...call.params, keep_silence: call.step === 'silence' };
    default:
      return { ...call.params };
  }
}

/** On the wire an empty reason accepts, as "yes" does. */
const declining = (why: string | undefined): string => (why && why !== 'yes' ? why : 'no');

interface BuiltMessage {
  payload: object;
  conversation: ConversationId;
}

export function buildMessage(
  to: MessageTarget,
  kind: MessageKind,
  params: SendParams,
  context: BuilderContext,
): BuiltMessage {
  const target = targetOf(to, params, context.appkey);
  // In the documents a custom message to a group is a sendGroupMsg with `custom`.
  const msgKind = kind === 'text' && params.custom ? 'custom' : kind;
  const { appkey, username, madeAt } = context;
  const content = {
    version: 1,
    target_type: to,
    target_id: target.id,
    target_name: target.name,
    ...(to === 'single' && { target_appkey: target.appkey }),
    from_appkey: appkey,
    from_platform: 'web',
    from_id: username,
    create_time: madeAt,
    msg_type: msgKind,
    msg_body: bodyOf(msgKind, params, context),
  } as MessageContent;
  const { at_list, no_offline, no_notification, custom_notification } = params;
  return {
    payload: {
      [target.field]: target.id,
      target_name: target.name,
      appkey: target.appkey,
      no_offline: no_offline ?? false,
      no_notification: no_notification ?? false,
      custom_notification,
      need_receipt: params.need_receipt ?? params.nead_receipt,
      users: at_list,
      content,
    },
    conversation: target.conversation,
  };
}

function targetOf(to: MessageTarget, params: SendParams, ownAppkey: string) {
  const appkey = params.appkey ?? ownAppkey;
  if (to === 'single') {
    const { target_username: id = '', target_nickname: name = '' } = params;
    return { field: 'target_id', id, name, appkey, conversation: singleId(appkey, id) };
  }
  if (to === 'group') {
    const { target_gid: id = 0, target_gname: name = '' } = params;
    return { field: 'target_gid', id: String(id), name, appkey, conversation: groupId(id) };
  }
  // V2 names a room on the wire as it names a group.
  const { target_rid: id = 0, target_rname: name = '' } = params;
  return { field: 'target_gid', id: String(id), name, appkey, conversation: roomId(id) };
}

/** A forwarded body is sent unchanged; a custom one is the application's own object. */
function bodyOf(kind: MessageKind, params: SendParams, { media }: BuilderContext): JsonObject {
  const { msg_body, extras } = params;
  if (msg_body) return extras ? { ...msg_body, extras } : msg_body;
  const shared = extras ? { extras } : {};
  switch (kind) {
    case 'text':
      return { text: params.content ?? '', ...shared };
    case 'location': {
      const { latitude = 0, longitude = 0, scale = 0, label = '' } = params;
      return { latitude, longitude, scale, label, ...shared };
    }
    case 'custom':
      return { ...params.custom, ...shared };
    default:
      return { ...media, ...shared };
  }
}

export const buildPayload = (call: CheckedCall, context: BuilderContext): Sendable =>
  sendable(payloadOf(call, context), call.method);

type Sendable = { ok: true; payload: object } | { ok: false; error: Failure };

/**
 * The payload in its wire form, the same on every try. Values that JSON cannot carry (cycles, BigInt) are refused here. So are payloads that
 * are longer than a frame, since a server closes the connection on such a frame.
 */
export function sendable(payload: object, method: string): Sendable {
  try {
    const text = JSON.stringify(payload);
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > MAX_FRAME_BYTES) {
      return {
        ok: false,
        error: failure(
          CODES.messageTooLong,
          `${method}: ${bytes} bytes do not fit into a frame of ${MAX_FRAME_BYTES}`,
        ),
      };
    }
    return { ok: true, payload: JSON.parse(text) as object };
  } catch (error) {
    return {
      ok: false,
      error: failure(CODES.invalidType, `${method}: not JSON: ${(error as Error).message}`),
    };
  }
}
