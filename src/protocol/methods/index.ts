/**
 * The method table: the worker's task for each method, as data. A new method has a declaration in `api/`, a name in `names.ts`, and a row in the
 * file of its area. The compiler checks the row against the declaration.
 */

import { ACCOUNT_METHODS } from './accounts.js';
import { GROUP_METHODS } from './groups.js';
import type { LOCAL_METHODS } from './local.js';
import { MESSAGE_METHODS } from './messages.js';
import type { MethodName } from './names.js';
import { OUTBOX_METHODS } from './outbox.js';
import { RELATION_METHODS } from './relations.js';
import { ROOM_METHODS } from './rooms.js';
import type { AgreesWithApi, CheckedParamsOf, MethodRow } from './table.js';

export { LOCAL_METHODS, type LocalRow } from './local.js';

export const METHODS = {
  ...ACCOUNT_METHODS,
  ...MESSAGE_METHODS,
  ...GROUP_METHODS,
  ...RELATION_METHODS,
  ...ROOM_METHODS,
  ...OUTBOX_METHODS,
} as const satisfies Record<MethodName, MethodRow>;

export type Methods = typeof METHODS;

type KeysOf<U> = U extends unknown ? keyof U : never;
/** An object that may have each property of the union's types. */
type Merged<U> = { [K in KeysOf<U>]?: U extends { [P in K]?: infer T } ? T : never };
type MessageRow = Extract<Methods[MethodName], { step: 'message' }>;
/** Checked parameters of a send, whichever its method. */
export type SendParams = Merged<Checked<MessageRow>>;
type Checked<R extends MethodRow> = R extends unknown ? CheckedParamsOf<R> : never;

/** Does not compile when a row and its declaration differ. */
type Nothing<T extends never> = T;
export type TableAgreesWithApi = Nothing<AgreesWithApi<Methods & typeof LOCAL_METHODS>>;
