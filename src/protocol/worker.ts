/** The part of the protocol that the worker loads: everything except the parts of the gateway alone. */

export * from './api/event-types.js';
export type * from './api/index.js';
export * from './checks.js';
export type { ErrorCode } from './codes/codes.js';
export {
  failure,
  RECOGNISED_CODES,
  RUNTIME_CODES as CODES,
  RUNTIME_MESSAGES as MESSAGES,
} from './codes/runtime-codes.js';
export * from './constants.js';
export * from './conversation-id.js';
export * from './if-allowed.js';
export * from './methods/index.js';
export * from './methods/listeners.js';
export * from './methods/names.js';
export * from './methods/table.js';
export type * from './methods/types.js';
export * from './recent-ids.js';
export * from './tab-worker/event-batch.js';
export * from './tab-worker/form-parts.js';
export * from './tab-worker/lanes.js';
export * from './tab-worker/left-log-outs.js';
export * from './tab-worker/link.js';
export * from './tab-worker/state.js';
export * from './tab-worker/worker-address.js';
export * from './wire/names.js';
export type * from './wire/pushes.js';
export * from './wire/rid.js';
