/** What both sides and the gateway agree on. */
export * from './checks.js';
export * from './codes.js';
export * from './constants.js';
export * from './conversation-id.js';
export * from './form-parts.js';
export * from './link.js';
export * from './listeners.js';
export * from './method-docs.js';
export * from './method-names.js';
export * from './method-table.js';
export * from './methods.js';
export * from './payloads.js';
export * from './rid.js';
export * from './state.js';
export * from './wire.js';
