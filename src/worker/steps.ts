/** The named steps of the method table: how a method's checked parameters become its wire payload, where that is more than sending them. */
import {
  type CheckedParamsOf,
  CODES,
  type Failure,
  failure,
  MAX_FRAME_BYTES,
  type MessageContent,
  type Methods,
  type Step,
} from '../protocol/index.js';
import { singleId } from './store/store.js';

export interface StepContext {
  appkey: string;
  username: string;
  /** When the application made the call. */
  madeAt: number;
}

export interface Built {
  payload: object;
  /** The conversation, for methods that go out in order. */
  lane?: string;
}

type Build = (params: object | undefined, context: StepContext) => Built;

export const STEPS: Record<Exclude<Step, 'session'>, Build> = {
  plain: (params) => ({ payload: params ?? {} }),
  singleText: (params, context) => {
    const { content, ...rest } = params as CheckedParamsOf<Methods['sendSingleMsg']>;
    return singleMessage(
      rest,
      'text',
      { text: content, ...(rest.extras && { extras: rest.extras }) },
      context,
    );
  },
};

type SingleTarget = Omit<CheckedParamsOf<Methods['sendSingleMsg']>, 'content'>;

function singleMessage(
  { target_username, target_nickname = '', appkey, extras: _extras, ...delivery }: SingleTarget,
  msgType: string,
  msgBody: MessageContent['msg_body'],
  { appkey: ownAppkey, username, madeAt }: StepContext,
): Built {
  const targetAppkey = appkey ?? ownAppkey;
  const content: MessageContent = {
    version: 1,
    target_type: 'single',
    target_id: target_username,
    target_name: target_nickname,
    target_appkey: targetAppkey,
    from_appkey: ownAppkey,
    from_platform: 'web',
    from_id: username,
    from_name: username,
    create_time: madeAt,
    msg_type: msgType,
    msg_body: msgBody,
  };
  return {
    payload: {
      target_id: target_username,
      target_name: target_nickname,
      appkey: targetAppkey,
      ...delivery,
      content,
    },
    lane: singleId(targetAppkey, target_username),
  };
}

export type Sendable = { ok: true; payload: object } | { ok: false; error: Failure };

/**
 * The payload as it will stand on the wire, the same on every try: JSON and nothing else. What JSON cannot carry (cycles, BigInt) and what no
 * server takes in one frame is refused here, since a server answers a frame that is too long by hanging up.
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
