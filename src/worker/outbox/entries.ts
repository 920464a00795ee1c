/** Unanswered sends, in the form of `getOutbox`. */
import { CODES, MESSAGES, type OutboxEntry, type SendParams } from '../../protocol/worker.js';
import type { SendPayload } from '../methods/outcome.js';
import type { OutboxRecord, OutboxState } from '../store/store.js';

export function entryOf(record: OutboxRecord, payload: SendPayload): OutboxEntry {
  const { callId: id, method, expiresAt: expires_at, state } = record;
  const { target_id: username, target_gid, appkey, content, need_receipt } = payload;
  const target = content.target_type === 'chatroom' ? 'room_id' : 'gid';
  return {
    id,
    method,
    ...stateFields(state),
    ...(username !== undefined ? { username } : { [target]: Number(target_gid) }),
    appkey,
    content,
    ...(need_receipt && { need_receipt }),
    expires_at,
  } as OutboxEntry;
}

function stateFields(state: OutboxState): Pick<OutboxEntry, 'state' | 'code' | 'message'> {
  if (state.is === 'failed') return { state: 'failed', code: state.error.code, message: state.error.message };
  if (state.is === 'timeout') {
    return { state: 'failed', code: CODES.timeout, message: MESSAGES[CODES.timeout] };
  }
  return { state: state.is };
}

/** The file that waits for its upload, as the application gave it. */
export function fileIn({ image, file = image }: SendParams): Pick<OutboxEntry, 'file' | 'fname'> {
  for (const part of file?.formParts ?? []) {
    if (Array.isArray(part) && part[1] instanceof Blob) return { file: part[1], fname: String(part[2]) };
  }
  return {};
}
