/** What a send is: which method, which request on the wire, what of it is still to be done. */
import { ridOf } from '../../protocol/wire/rid.js';
import {
  type ConversationId,
  type Failure,
  type FormParts,
  METHODS,
  type MethodName,
  type MethodRow,
} from '../../protocol/worker.js';
import { type BuilderContext, PAYLOAD_BUILDERS, sendable } from '../methods/payload-builders.js';
import type { OutboxRecord, OutboxState } from '../store/store.js';
import type { SendPayload } from './entries.js';

/** 889xxx. */
const OWN_CODES = 889;

/** What goes on the wire, as far as the file's upload allows. */
export interface Built {
  payload: SendPayload;
  lane: ConversationId;
}

export const rowOf = (method: MethodName): MethodRow => METHODS[method];

/** Whether it is one that this build knows how to send. */
export const isSend = ({ method }: OutboxRecord): boolean =>
  Object.hasOwn(METHODS, method) && rowOf(method).message !== undefined;

/** It does not go out by itself any more. */
export const isOver = ({ state: { is } }: OutboxRecord): boolean => is !== 'queued' && is !== 'sending';

/** Nobody is shown it: it is there for a tab that submits its call again. */
export const isHidden = ({ state: { is } }: OutboxRecord): boolean => is === 'sent' || is === 'cancelled';

/**
 * A tab that finds its worker late submits again what was delivered meanwhile. The server recognises that by itself, but for a file, which would
 * be uploaded anew and make another message, and a retry, whose number is not the call's any more.
 */
export const isKeptOnceSent = ({ uploaded, retriedBy }: OutboxRecord): boolean =>
  uploaded !== undefined || retriedBy !== undefined;

/** The server has said no, not this runtime. */
export const isRefused = ({ state }: OutboxRecord): boolean =>
  state.is === 'failed' && Math.floor(state.error.code / 1_000) !== OWN_CODES;

/** The request's number: the same on every try, another one after a refusal. */
export const ridOfSend = ({ callId, attempt }: OutboxRecord): number =>
  ridOf(attempt === 0 ? callId : `${callId}#${attempt}`);

/** What is still to be uploaded. */
export function fileToUpload({ method, params, uploaded }: OutboxRecord): FormParts | undefined {
  const { upload: file } = rowOf(method);
  return file && !uploaded ? (params[file.field] as FormParts | undefined) : undefined;
}

/** With its end. What was cancelled is remembered by its number only. */
export const ended = (record: OutboxRecord, state: OutboxState): OutboxRecord => ({
  ...record,
  state,
  params: state.is === 'cancelled' ? {} : record.params,
});

export function buildSend(
  { params, uploaded: media, madeAt, method }: OutboxRecord,
  context: Pick<BuilderContext, 'appkey' | 'username' | 'md5'>,
): ({ ok: true } & Built) | { ok: false; error: Failure } {
  const { payload, lane = '' } = PAYLOAD_BUILDERS.message(
    params,
    { ...context, madeAt, media },
    rowOf(method),
  );
  const ready = sendable(payload, method);
  return ready.ok ? { ok: true, payload: ready.payload as SendPayload, lane } : ready;
}
