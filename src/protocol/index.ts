/** The whole contract between tab, worker and gateway. */

export * from './api/event-types.js';
export type * from './api/index.js';
export * from './checks.js';
export * from './codes/codes.js';
export * from './constants.js';
export * from './conversation-id.js';
export * from './methods/index.js';
export * from './methods/listeners.js';
export * from './methods/names.js';
export * from './methods/table.js';
export type * from './methods/types.js';
export * from './tab-worker/event-batch.js';
export * from './tab-worker/form-parts.js';
export * from './tab-worker/link.js';
export * from './tab-worker/state.js';
export * from './tab-worker/worker-address.js';
export type * from './wire/pushes.js';
export * from './wire/requests.js';
export * from './wire/rid.js';
