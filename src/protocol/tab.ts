/** The part of the protocol that a tab loads. The method table and the checks stay with the worker: a tab has their types only. */
export {
  ACK_TIMEOUT_MS,
  DEFAULT_ADDRESS,
  DEFAULT_UPLOAD_URL,
  DISCONNECT_GRACE_MS,
  MAX_TRIES,
  OUTBOX_AGE_MS,
} from './constants.js';
export * from './conversation-id.js';
export type * from './form-parts.js';
export * from './link.js';
export * from './listeners.js';
export * from './method-names.js';
export type * from './method-table.js';
export type * from './methods.js';
export type * from './payloads.js';
export * from './state.js';
export { type Failure, RUNTIME_CODES as CODES, tabFailure as failure } from './tab-codes.js';
