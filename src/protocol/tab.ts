/** The part of the protocol that a tab loads. The method table and the checks stay with the worker: a tab has their types only. */

export type * from './api/index.js';
export type { ErrorCode } from './codes/codes.js';
export { NO_PAGE_MESSAGES, RUNTIME_CODES as CODES, tabFailure as failure } from './codes/tab-codes.js';
export {
  ACK_TIMEOUT_MS,
  DEFAULT_ADDRESS,
  DEFAULT_UPLOAD_URL,
  DISCONNECT_GRACE_MS,
  MAX_TRIES,
  OUTBOX_AGE_MS,
} from './constants.js';
export * from './conversation-id.js';
export * from './if-allowed.js';
export * from './methods/listeners.js';
export * from './methods/names.js';
export type * from './methods/types.js';
export * from './recent-ids.js';
export * from './tab-worker/event-batch.js';
export type * from './tab-worker/form-parts.js';
export * from './tab-worker/lanes.js';
export * from './tab-worker/left-log-outs.js';
export * from './tab-worker/link.js';
export * from './tab-worker/state.js';
export * from './tab-worker/worker-address.js';
export type * from './wire/pushes.js';
