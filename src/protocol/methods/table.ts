/**
 * The method table's vocabulary: what a row says, and the TypeScript types that follow from it.
 */
import type * as v from 'valibot';
import type { Schema } from '../checks.js';
import type { RequestEvent } from '../wire/requests.js';

/** Carries a type through a value; nothing of it exists at run time. */
export interface TypeOf<T> {
  readonly type?: T;
}
export const typeOf = <T>(): TypeOf<T> => ({});

/** `{code: 0, message: 'success'}`, which every successful answer has beside its own fields. */
export interface Ok {
  code: 0;
  message: string;
}

/**
 * How a method's parameters become its wire payload. `plain` sends them as they are; each other step is a function of that name in
 * `worker/steps.ts`. `session`, `receipts`, `history` and `outbox` are the runtime's
 * own business.
 */
export type Step =
  | 'plain'
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

/** What a server's answer becomes, where that is more than handing it on: functions of that name in `worker/shapes.ts`. */
export type Shape = 'groups' | 'members' | 'friends' | 'users' | 'shields' | 'conversations' | 'receipts';

export type MessageTarget = 'single' | 'group' | 'chatroom';
export type MessageKind = 'text' | 'image' | 'file' | 'location' | 'custom';

export interface MethodRow {
  readonly params: Schema | null;
  readonly needs: 'nothing' | 'init' | 'login';
  readonly event: RequestEvent | null;
  readonly step: Step;
  /** What the `message` step builds. */
  readonly message?: { readonly to: MessageTarget; readonly kind: MessageKind };
  /** The parameter that holds a file, which is uploaded before the request goes out. */
  readonly upload?: { readonly field: 'image' | 'file' | 'avatar'; readonly type: 'image' | 'file' };
  readonly shape?: Shape;
  /** What the `friendAnswer` and `silence` steps set, where two methods share an event. */
  readonly sets?: boolean;
  /** Calls with the same lane go out one after the other, in the order they were made. */
  readonly lane?: 'conversation';
  /** The answer is kept, and given again while there is no connection: the list of conversations in a place of its own, others by their parameters. */
  readonly cache?: 'conversations' | 'answer';
  readonly answer: TypeOf<unknown>;
  /** The second argument of `onSuccess`, where there is one. */
  readonly second?: TypeOf<unknown>;
}

export type ParamsOf<R extends MethodRow> = R['params'] extends Schema
  ? v.InferInput<R['params']>
  : undefined;
export type CheckedParamsOf<R extends MethodRow> = R['params'] extends Schema
  ? v.InferOutput<R['params']>
  : undefined;
export type AnswerOf<R extends MethodRow> =
  R['answer'] extends TypeOf<infer A> ? Ok & A & FromCache<R> : never;
/** Answers that are kept say so when they come from here. */
type FromCache<R extends MethodRow> = R extends { cache: string } ? { from_cache?: true } : unknown;
export type SecondOf<R extends MethodRow> = R extends { second: TypeOf<infer S> } ? S : undefined;
