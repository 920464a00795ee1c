/** The meaning of an outbox record: its method, its request on the wire, and the file that it still has to upload. */
import { ridOf } from '../../protocol/wire/rid.js';
import {
  type ConversationId,
  type Failure,
  type FormParts,
  METHODS,
  type MethodName,
  type MethodRow,
} from '../../protocol/worker.js';
import type { SendPayload } from '../methods/outcome.js';
import { type BuilderContext, buildMessage, sendable } from '../methods/payload-builders.js';
import type { OutboxRecord, OutboxState, Sent } from '../store/store.js';

/** Codes of the runtime are 889xxx. */
const OWN_CODES = 889;

/** The payload, without what the upload will add. */
export interface Built {
  payload: SendPayload;
  conversation: ConversationId;
}

export const rowOf = (method: MethodName): MethodRow => METHODS[method];

/** Whether this build knows the record's method. */
export const isSend = ({ method }: OutboxRecord): boolean =>
  Object.hasOwn(METHODS, method) && rowOf(method).message !== undefined;

/** The message of a stored send, which the account's other tabs may not have yet. */
export const untoldOf = ({ state }: OutboxRecord): Sent | undefined =>
  state.is === 'sent' ? state.untold : undefined;

/** A terminal send is not transmitted again by itself. */
export const isTerminal = ({ state: { is } }: OutboxRecord): boolean => is !== 'queued' && is !== 'sending';

/** A hidden record is not listed: it is kept for a tab that submits its call again. */
export const isHidden = ({ state: { is } }: OutboxRecord): boolean => is === 'sent' || is === 'cancelled';

/**
 * A tab that loses its worker may submit a call again that was delivered meanwhile. The server recognises most of these requests. A file would
 * be uploaded again and make another message, though, and a retry no longer has the call's number.
 */
export const isKeptOnceSent = ({ uploaded, retriedBy }: OutboxRecord): boolean =>
  uploaded !== undefined || retriedBy !== undefined;

/** The server refused it, not this runtime. */
export const isRefused = ({ state }: OutboxRecord): boolean =>
  state.is === 'failed' && Math.floor(state.error.code / 1_000) !== OWN_CODES;

/** The request's number: the same on every try, another one after a refusal. */
export const ridOfSend = ({ callId, attempt }: OutboxRecord): number =>
  ridOf(attempt === 0 ? callId : `${callId}#${attempt}`);

/** The file of the send, until it is uploaded. */
export const fileToUpload = ({ params, uploaded }: OutboxRecord): FormParts | undefined =>
  uploaded ? undefined : (params.file ?? params.image);

/** The record in a terminal state. Of a cancelled send only the number is kept. */
export const ended = (record: OutboxRecord, state: OutboxState): OutboxRecord => ({
  ...record,
  state,
  params: state.is === 'cancelled' ? {} : record.params,
});

export function buildSend(
  { params, uploaded: media, madeAt, method }: OutboxRecord,
  context: Pick<BuilderContext, 'appkey' | 'username' | 'md5'>,
): ({ ok: true } & Built) | { ok: false; error: Failure } {
  const { to, kind } = rowOf(method).message ?? { to: 'single', kind: 'text' };
  const { payload, conversation } = buildMessage(to, kind, params, { ...context, madeAt, media });
  const ready = sendable(payload, method);
  return ready.ok ? { ok: true, payload: ready.payload as SendPayload, conversation } : ready;
}
