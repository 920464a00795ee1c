/** The options of a fake tab, and the settings that its worker gets of them. */
import type { AuthPayload, Settings } from '../../../src/protocol/index.js';
import { OUTBOX_AGE_MS } from '../../../src/protocol/index.js';

export interface TabOptions {
  /** Its `auth` function. `null`: it has nothing to give. */
  auth?: () => AuthPayload | null | Promise<AuthPayload | null>;
  debug?: boolean;
  address?: string;
  /** How long its sends wait. */
  outboxAgeMs?: number;
  /** Default: V2's timing. */
  disconnectGraceMs?: number;
  watchesOutbox?: boolean;
  /** Time when its user last looked at it. */
  viewedAt?: number;
}

export const settingsOf = (options: TabOptions): Settings => ({
  address: options.address ?? 'http://server',
  uploadUrl: 'http://server/resource',
  engine: 4,
  debug: options.debug ?? false,
  canAuth: options.auth !== undefined,
  outboxAgeMs: options.outboxAgeMs ?? OUTBOX_AGE_MS,
  disconnectGraceMs: options.disconnectGraceMs ?? 0,
});
