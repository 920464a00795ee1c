/** The allowed content of a message to any target. */
import * as v from 'valibot';
import {
  CODES,
  decimal,
  type ErrorCode,
  type RequestPayload,
  text,
  type WireContent,
} from '../../../src/protocol/index.js';
import { type Answer, refuse } from '../answers.js';
import type { Account } from '../store/accounts.js';

type Content = RequestPayload<'s_across_single_text'>['content'];

const filled = v.pipe(text, v.minLength(1));
const media = v.looseObject({ media_id: filled });
/** Stock clients hand on what their page has passed, which is text in the documents' example. */
const degrees = (max: number) => v.pipe(decimal, v.minValue(-max), v.maxValue(max));

/** By `msg_type`. Other fields of a body belong to the application. */
const BODIES = new Map<string, v.GenericSchema>([
  ['text', v.looseObject({ text: filled })],
  ['image', media],
  ['file', media],
  ['voice', media],
  ['video', v.union([media, v.looseObject({ video: media })])],
  ['location', v.looseObject({ latitude: degrees(90), longitude: degrees(180) })],
  ['custom', v.looseObject({})],
]);

interface TextLimit {
  bytes: number;
  /** The code for a longer text. */
  refusal: ErrorCode;
}

/** @param event for the message */
export function refuseContent(
  content: Content,
  targetType: Content['target_type'],
  limit: TextLimit,
  event: string,
): Answer | null {
  if (content.target_type !== targetType) {
    return refuse(CODES.invalidValue, `${event}: content.target_type must be "${targetType}"`);
  }
  const { msg_type, msg_body } = content;
  const body = BODIES.get(msg_type);
  if (!body) return refuse(CODES.invalidValue, `${event}: content.msg_type "${msg_type}" is unknown`);
  const checked = v.safeParse(body, msg_body, { abortEarly: true });
  if (!checked.success) {
    const field = v.getDotPath(checked.issues[0]) ?? '';
    return field === 'text'
      ? refuse(CODES.invalidParameter, `${event}: content.msg_body.text is required`)
      : refuse(
          CODES.invalidValue,
          `${event}: content.msg_body.${field} is not one of a message of type ${msg_type}`,
        );
  }
  const written = msg_type === 'text' ? String(msg_body.text) : '';
  return Buffer.byteLength(written) > limit.bytes ? refuse(limit.refusal) : null;
}

/**
 * A page writes its own content: who it is from and where it goes is not for the page to say.
 * A literal that spreads the content would take ten times as long, and four times the memory.
 */
export const contentFrom = (
  sender: Account,
  content: Content,
  target: { id: string; appkey: string },
): WireContent =>
  Object.assign({}, content, {
    target_id: target.id,
    target_appkey: target.appkey,
    from_id: sender.username,
    from_appkey: sender.appkey,
    from_name: sender.profile.nickname || sender.username,
    sui_mtime: sender.mtime,
  }) as WireContent;
