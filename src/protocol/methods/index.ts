/**
 * The method table: what the API offers, as data. The typed class, the worker's checks and payloads and the reference page come from it;
 * a new method is a new row in the file of its area and its name in `method-names.ts`.
 */

import { ACCOUNT_METHODS } from './accounts.js';
import { GROUP_METHODS } from './groups.js';
import { MESSAGE_METHODS } from './messages.js';
import type { MethodName } from './names.js';
import { OUTBOX_METHODS } from './outbox.js';
import { RELATION_METHODS } from './relations.js';
import { ROOM_METHODS } from './rooms.js';
import type { MethodRow } from './table.js';

export type * from './groups.js';
export {
  LOCAL_METHODS,
  type LocalMethods,
  type LocalName,
  type LocalParams,
  type LocalRow,
} from './local.js';
export type * from './messages.js';

export const METHODS = {
  ...ACCOUNT_METHODS,
  ...MESSAGE_METHODS,
  ...GROUP_METHODS,
  ...RELATION_METHODS,
  ...ROOM_METHODS,
  ...OUTBOX_METHODS,
} as const satisfies Record<MethodName, MethodRow>;

export type Methods = typeof METHODS;
