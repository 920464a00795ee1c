/** Unanswered sends, in the form of `getOutbox`. */
import { CODES, MESSAGES, type OutboxEntry } from '../../protocol/worker.js';
import type { SendPayload } from '../methods/outcome.js';
import type { OutboxRecord, OutboxState } from '../store/store.js';
import { isObject } from '../util/read-answer.js';

export function entryOf(record: OutboxRecord, payload: SendPayload): OutboxEntry {
  const { callId: id, method, expiresAt: expires_at, state } = record;
  const { target_id: username, target_gid, appkey, content } = payload;
  const target = content.target_type === 'chatroom' ? 'room_id' : 'gid';
  return {
    id,
    method,
    ...stateFields(state),
    ...(username !== undefined ? { username } : { [target]: Number(target_gid) }),
    appkey,
    content,
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
export function fileIn(params: Record<string, unknown>): Pick<OutboxEntry, 'file' | 'fname'> {
  for (const param of Object.values(params)) {
    if (!isObject(param) || !Array.isArray(param.formParts)) continue;
    for (const part of param.formParts) {
      if (Array.isArray(part) && part[1] instanceof Blob) return { file: part[1], fname: String(part[2]) };
    }
  }
  return {};
}
