/** The vocabulary of the method table: the worker's knowledge of a method. Types and documentation of each method stand in `api/`. */
import type * as v from 'valibot';
import type { Schema } from '../checks.js';
import type { CAPABILITIES } from '../wire/names.js';
import type { RequestEvent } from '../wire/requests.js';
import type { LocalName, MethodName, ParamsOf } from './types.js';

/**
 * The conversion of a method's parameters to its wire payload. Each step is a case of that name in
 * `worker/methods/payload-builders.ts`. The runtime itself handles `session`, `receipts`, `history` and `outbox`.
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
  | 'acceptFriend'
  | 'declineFriend'
  | 'silence'
  | 'unsilence'
  | 'receipts'
  | 'history'
  | 'outbox';

/** The conversion of a server's answer to the API's. Each shape is a function of that name in `worker/methods/answer-shapes.ts`. */
export type Shape = 'groups' | 'members' | 'friends' | 'users' | 'shields' | 'conversations';

export type MessageTarget = 'single' | 'group' | 'chatroom';
export type MessageKind = 'text' | 'image' | 'file' | 'location' | 'custom';

export interface MethodRow {
  readonly params: Schema | null;
  readonly event: RequestEvent | null;
  readonly step?: Step;
  /** The extension without which a server is not asked, since a stock server never answers an unknown event. */
  readonly needs?: keyof typeof CAPABILITIES;
  /** The message that the `message` step builds. */
  readonly message?: { readonly to: MessageTarget; readonly kind: MessageKind };
  /** The parameter with a file, which is uploaded before the request is transmitted. */
  readonly upload?: { readonly field: 'image' | 'file' | 'avatar'; readonly type: 'image' | 'file' };
  readonly shape?: Shape;
  /** The answer is stored for use without a connection: the list of conversations in its own place, other answers by their parameters. */
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

/** The names of parameters that only one side has; `'type'` if the schema would refuse a declared value. */
type Difference<P, I> =
  | Exclude<KeysOf<P>, KeysOf<I>>
  | Exclude<KeysOf<I>, KeysOf<P> | Misprint>
  | ([P] extends [I] ? never : 'type');

type Differences<T extends { readonly [N in MethodName | LocalName]: unknown }> = {
  [N in MethodName | LocalName]: Difference<
    Exclude<ParamsOf<N>, undefined>,
    Exclude<InputOf<T[N]>, undefined>
  > extends infer D extends string
    ? `${N}: ${D}`
    : never;
}[MethodName | LocalName];

/** `never` if each schema accepts exactly the parameters of its method's declaration. Otherwise texts as `method: parameter`. */
export type AgreesWithApi<T extends { readonly [N in MethodName | LocalName]: unknown }> = Differences<T>;
