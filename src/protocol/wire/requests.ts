/**
 * The requests of a client by event name: the payload's checks and the state that the socket must be in.
 * Each payload also carries `rid` ({@link rid}); unknown fields are dropped. The gateway routes and validates from this table.
 */
import type * as v from 'valibot';
import { ACCOUNT_REQUESTS } from './accounts.js';
import { GROUP_REQUESTS } from './groups.js';
import { MESSAGE_REQUESTS } from './messages.js';
import { RELATION_REQUESTS } from './relations.js';

export const REQUESTS = {
  ...ACCOUNT_REQUESTS,
  ...MESSAGE_REQUESTS,
  ...GROUP_REQUESTS,
  ...RELATION_REQUESTS,
} as const;

export type RequestEvent = keyof typeof REQUESTS;
export type RequestPayload<E extends RequestEvent> = v.InferOutput<(typeof REQUESTS)[E]['payload']>;

export * from './names.js';
export { rid } from './request-row.js';
