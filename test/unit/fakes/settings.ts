import type { Settings } from '../../../src/protocol/worker.js';

/** A page's, as the worker gets them. */
export const SETTINGS: Settings = {
  address: 'http://server',
  uploadUrl: 'http://server/resource',
  engine: 4,
  debug: false,
  canAuth: false,
  outboxAgeMs: 1_000,
  disconnectGraceMs: 0,
};
