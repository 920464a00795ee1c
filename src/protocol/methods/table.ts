/** The vocabulary of the method table: what the worker needs to know of a method. Its types and words stand in `api/`. */
import type * as v from 'valibot';
import type { Schema } from '../checks.js';
import type { RequestEvent } from '../wire/requests.js';
import type { LocalName, MethodName, ParamsOf } from './types.js';

/**
 * How a method's parameters become its wire payload. Each step is a function of that name in
 * `worker/methods/payload-builders.ts`, but `session`, `receipts`, `history` and `outbox`, which the runtime handles itself.
 * A row without a step sends its parameters as they are.
 */
export type Step =
  | 'ofApp'
  | 'session'
  | 'versioned'
  | 'message'
  | 'password'
  | 'avatar'
  | 'group'
  | 'friendAnswer'
  | 'silence'
  | 'receipts'
  | 'history'
  | 'outbox';

/** How a server's answer becomes the API's: functions of that name in `worker/methods/answer-shapes.ts`. */
export type Shape = 'groups' | 'members' | 'friends' | 'users' | 'shields' | 'conversations';

export type MessageTarget = 'single' | 'group' | 'chatroom';
export type MessageKind = 'text' | 'image' | 'file' | 'location' | 'custom';

export interface MethodRow {
  readonly params: Schema | null;
  readonly event: RequestEvent | null;
  readonly step?: Step;
  /** What the `message` step builds. */
  readonly message?: { readonly to: MessageTarget; readonly kind: MessageKind };
  /** The parameter that holds a file, which is uploaded before the request goes out. */
  readonly upload?: { readonly field: 'image' | 'file' | 'avatar'; readonly type: 'image' | 'file' };
  readonly shape?: Shape;
  /** What the `friendAnswer` and `silence` steps set, where two methods share an event. */
  readonly sets?: boolean;
  /** The answer is kept, and given again while there is no connection: the list of conversations in a place of its own, others by their parameters. */
  readonly cache?: 'conversations' | 'answer';
}

/** Parameters as the worker has them, after their check. */
export type CheckedParamsOf<R extends MethodRow> = R['params'] extends Schema
  ? v.InferOutput<R['params']>
  : undefined;

/** Spellings that are accepted because V2's documents have them, and that no declaration offers. */
type Misprint = 'nead_receipt' | 'custome' | 'media_id ';
type KeysOf<T> = T extends unknown ? keyof T : never;
/** Parameters as the schema takes them: in the looser forms of V2 too. */
export type InputOf<R> = R extends { readonly params: infer S extends Schema } ? v.InferInput<S> : undefined;

/** The parameters' names that only one side has; `'type'` where a declared value would be refused. */
type Difference<P, I> =
  | Exclude<KeysOf<P>, KeysOf<I>>
  | Exclude<KeysOf<I>, KeysOf<P> | Misprint>
  | ([P] extends [I] ? never : 'type');

type Differences<T extends { readonly [N in MethodName | LocalName]: unknown }> = {
  [N in MethodName | LocalName]: Difference<
    Exclude<ParamsOf<N>, undefined>,
    Exclude<InputOf<T[N]>, undefined>
  > extends infer D
    ? [D] extends [never]
      ? never
      : [method: N, differs: D]
    : never;
}[MethodName | LocalName];

/** never: every declared parameter is accepted by its method's schema, and the schema has no others. */
export type AgreesWithApi<T extends { readonly [N in MethodName | LocalName]: unknown }> = Differences<T>;
