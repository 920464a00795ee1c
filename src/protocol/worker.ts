/** The part of the protocol that the worker loads: all but what only the gateway needs. */
export * from './checks.js';
export * from './constants.js';
export * from './conversation-id.js';
export * from './form-parts.js';
export * from './link.js';
export * from './listeners.js';
export * from './method-names.js';
export * from './method-table.js';
export * from './methods.js';
export * from './payloads.js';
export * from './rid.js';
export {
  type Failure,
  failure,
  RECOGNISED_CODES,
  RUNTIME_CODES as CODES,
  RUNTIME_MESSAGES as MESSAGES,
} from './runtime-codes.js';
export * from './state.js';
export * from './wire-names.js';
