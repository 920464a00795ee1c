/**
 * The method table: what the API offers, as data. The typed class, the worker's checks and payloads and the reference page come from it;
 * a new method is a new row in the file of its area and its name in `method-names.ts`.
 */
import type { MethodName } from './method-names.js';
import type { MethodRow } from './method-table.js';
import { ACCOUNT_METHODS } from './methods/accounts.js';
import { GROUP_METHODS } from './methods/groups.js';
import { MESSAGE_METHODS } from './methods/messages.js';
import { OUTBOX_METHODS } from './methods/outbox.js';
import { RELATION_METHODS } from './methods/relations.js';
import { ROOM_METHODS } from './methods/rooms.js';

export type * from './methods/groups.js';
export {
  LOCAL_METHODS,
  type LocalMethods,
  type LocalName,
  type LocalParams,
  type LocalRow,
} from './methods/local.js';
export type * from './methods/messages.js';

export const METHODS = {
  ...ACCOUNT_METHODS,
  ...MESSAGE_METHODS,
  ...GROUP_METHODS,
  ...RELATION_METHODS,
  ...ROOM_METHODS,
  ...OUTBOX_METHODS,
} as const satisfies Record<MethodName, MethodRow>;

export type Methods = typeof METHODS;
