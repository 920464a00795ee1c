/** Builds the wire payload of a method from its checked parameters, by the step that its row names. */
import {
  CODES,
  type ConversationId,
  type CustomNotification,
  type Extras,
  type Failure,
  failure,
  groupId,
  type JsonObject,
  MAX_FRAME_BYTES,
  type MessageContent,
  type MessageKind,
  type MessageTarget,
  type MethodRow,
  roomId,
  type Step,
  singleId,
  type UploadedMedia,
} from '../../protocol/worker.js';

export interface BuilderContext {
  appkey: string;
  username: string;
  /** When the application made the call. */
  madeAt: number;
  /** The answer to the upload of the call's file. */
  media: UploadedMedia | undefined;
  md5(text: string): string;
}

export interface Built {
  payload: object;
  /** The conversation, for methods that go out in order. */
  lane?: ConversationId;
}

type Params = Record<string, unknown>;
type Build = (params: Params, context: BuilderContext, row: MethodRow) => Built;

/** The steps of methods that build no payload. */
type OwnStep = 'session' | 'receipts' | 'history' | 'outbox';

export const PAYLOAD_BUILDERS: Record<Exclude<Step, OwnStep>, Build> = {
  ofApp: (params, { appkey }) => ({ payload: { ...params, appkey: params.appkey ?? appkey } }),
  versioned: (params) => ({ payload: { ...params, version: 0 } }),
  message: (params, context, { message }) => {
    const { to, kind } = message ?? { to: 'single', kind: 'text' };
    return buildMessage(to, kind, params, context);
  },
  password: ({ old_pwd, new_pwd, is_md5 }, { md5 }) => {
    const digest = (password: unknown) => (is_md5 ? String(password).toLowerCase() : md5(String(password)));
    return { payload: { old_pwd: digest(old_pwd), new_pwd: digest(new_pwd), is_md5: true } };
  },
  avatar: (_params, { media }) => ({ payload: { avatar: media?.media_id } }),
  group: ({ avatar: _avatar, ...rest }, { media }) => ({
    payload: { ...rest, ...(media && { media_id: media.media_id }) },
  }),
  friendAnswer: ({ why, ...rest }, _context, { sets }) => ({
    payload: { ...rest, from_type: 2, why: sets ? 'yes' : declining(why) },
  }),
  silence: (params, _context, { sets }) => ({ payload: { ...params, keep_silence: sets } }),
};

/** On the wire an empty reason accepts, as "yes" does. */
const declining = (why: unknown): string =>
  typeof why === 'string' && why !== '' && why !== 'yes' ? why : 'no';

interface MessageParams {
  target_username?: string;
  target_nickname?: string;
  appkey?: string;
  target_gid?: number;
  target_gname?: string;
  target_rid?: number;
  target_rname?: string;
  msg_body?: JsonObject;
  extras?: Extras;
  at_list?: { username: string; appkey?: string }[];
  content?: string;
  custom?: JsonObject;
  latitude?: number;
  longitude?: number;
  scale?: number;
  label?: string;
  no_offline?: boolean;
  no_notification?: boolean;
  custom_notification?: CustomNotification;
  need_receipt?: boolean;
  nead_receipt?: boolean;
}

function buildMessage(
  to: MessageTarget,
  kind: MessageKind,
  params: MessageParams,
  context: BuilderContext,
): Built {
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
    lane: target.lane,
  };
}

function targetOf(to: MessageTarget, params: MessageParams, ownAppkey: string) {
  const appkey = params.appkey ?? ownAppkey;
  if (to === 'single') {
    const { target_username: id = '', target_nickname: name = '' } = params;
    return { field: 'target_id', id, name, appkey, lane: singleId(appkey, id) };
  }
  if (to === 'group') {
    const { target_gid: id = 0, target_gname: name = '' } = params;
    return { field: 'target_gid', id: String(id), name, appkey, lane: groupId(id) };
  }
  // V2 names a room on the wire as it names a group.
  const { target_rid: id = 0, target_rname: name = '' } = params;
  return { field: 'target_gid', id: String(id), name, appkey, lane: roomId(id) };
}

/** A forwarded body is sent unchanged; a custom one is the application's own object. */
function bodyOf(kind: MessageKind, params: MessageParams, { media }: BuilderContext): JsonObject {
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

export function buildPayload(
  params: Params,
  context: BuilderContext,
  row: MethodRow,
  method: string,
): Sendable {
  const { step } = row;
  const isBuilt = step !== undefined && Object.hasOwn(PAYLOAD_BUILDERS, step);
  const build = isBuilt ? PAYLOAD_BUILDERS[step as keyof typeof PAYLOAD_BUILDERS] : undefined;
  return sendable(build ? build(params, context, row).payload : params, method);
}

export type Sendable = { ok: true; payload: object } | { ok: false; error: Failure };

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
