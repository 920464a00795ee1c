/**
 * Requests: the documented chain of handlers, which can also be awaited.
 *
 * A handler runs in the zone in which it was added. Anything but a function is no handler. The promise is made when the page first asks for
 * one, so a page that only chains never sees an unhandled rejection. It is of the page's own kind.
 */
import {
  type AckData,
  CODES,
  type Failure,
  failure,
  type JMessageRequest,
  type Outcome,
  type ProgressData,
  type QueuedData,
  type TimeoutData,
} from '../protocol/tab.js';
import { JMessageError } from './error.js';
import { callSafely } from './page/call-safely.js';
import { hide } from './page/hide.js';
import { inZone } from './page/zones.js';

type Settled = Outcome;

/** The one class behind every {@link JMessageRequest}: their types differ in what `onSuccess` and `then` get. */
export class PendingRequest<A, S = undefined, R = A> implements JMessageRequest<A, S, R> {
  #settled: Settled | undefined;
  readonly #acks: AckData[] = [];
  readonly #onSettled: ((outcome: Settled) => void)[] = [];
  readonly #onAck: ((data: AckData) => void)[] = [];
  readonly #onProgress: ((data: ProgressData) => void)[] = [];
  readonly #onQueued: ((data: QueuedData) => void)[] = [];
  /** Reported once, though the request may wait for another connection later. */
  readonly #queued: QueuedData[] = [];
  #abort: () => void = () => undefined;
  #promise: Promise<R> | undefined;

  private constructor(readonly id: string) {
    hide(this);
  }

  /** Makes a request. The means to settle it stay with its maker. */
  static open<A, S = undefined, R = A>(
    id: string,
    abort: () => void = () => undefined,
  ): OpenRequest<A, S, R> {
    const request = new PendingRequest<A, S, R>(id);
    request.#abort = abort;
    return {
      request,
      settle: (outcome) => request.#settle(outcome),
      acknowledge: (data, unlessKnown = false) => request.#acknowledge(data, unlessKnown),
      queue: (data) => request.#queue(data),
      progress: (data) => {
        for (const fn of request.#onProgress) callSafely(fn, data);
      },
    };
  }

  onSuccess(fn: (data: A, second: S) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind === 'success') tell(outcome.data as A, outcome.second as S);
    });
  }

  onFail(fn: (data: Failure) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind === 'failure') tell(outcome.error);
    });
  }

  onTimeout(fn: (data: TimeoutData) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind !== 'timeout') return;
      const { rid, data, responseTimeout } = outcome;
      tell({ rid, data, response_timeout: responseTimeout });
    });
  }

  onAck(fn: (data: AckData) => void): this {
    return this.#addHandler(this.#onAck, fn, this.#acks);
  }

  onQueued(fn: (data: QueuedData) => void): this {
    return this.#addHandler(this.#onQueued, fn, this.#queued);
  }

  onProgress(fn: (data: ProgressData) => void): this {
    return this.#addHandler(this.#onProgress, fn, []);
  }

  abort(): void {
    if (!this.#settled) this.#abort();
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point
  then<T = R, E = never>(
    onfulfilled?: ((value: R) => T | PromiseLike<T>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    this.#promise ??= new globalThis.Promise<R>((resolve, reject) => {
      this.#whenSettled(resolve, (outcome) => {
        if (outcome.kind === 'success') resolve(awaited(outcome) as R);
        else reject(new JMessageError(outcome.kind === 'failure' ? outcome.error : failure(CODES.timeout)));
      });
    });
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<E = never>(onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null): Promise<R | E> {
    return this.then(undefined, onrejected);
  }

  // Not the promise's: the page's own may have none.
  finally(onfinally?: (() => unknown) | null): Promise<R> {
    if (typeof onfinally !== 'function') return this.then();
    return this.then(
      (value) => globalThis.Promise.resolve(onfinally()).then(() => value),
      (reason) =>
        globalThis.Promise.resolve(onfinally()).then(() => {
          throw reason;
        }),
    );
  }

  /** @param fn the value that the application has passed @param say calls it with the data of the outcome */
  #whenSettled<T extends unknown[]>(
    fn: (...args: T) => unknown,
    say: (outcome: Settled, tell: (...args: T) => unknown) => void,
  ): this {
    const tell = inZone(fn);
    if (!tell) return this;
    const handler = (outcome: Settled) => callSafely(say, outcome, tell);
    const settled = this.#settled;
    if (settled) queueMicrotask(() => handler(settled));
    else this.#onSettled.push(handler);
    return this;
  }

  /** @param earlier the earlier data, which a late handler receives as well */
  #addHandler<T>(handlers: ((data: T) => void)[], fn: (data: T) => void, earlier: readonly T[]): this {
    const tell = inZone(fn);
    if (!tell) return this;
    for (const data of earlier) queueMicrotask(() => callSafely(tell, data));
    handlers.push(tell);
    return this;
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = outcome;
    for (const handler of this.#onSettled.splice(0)) handler(outcome);
  }

  #queue(data: QueuedData): void {
    if (this.#settled || this.#queued.length > 0) return;
    this.#queued.push(data);
    for (const fn of this.#onQueued) callSafely(fn, data);
  }

  #acknowledge(data: AckData, unlessKnown: boolean): void {
    if (this.#settled || (unlessKnown && this.#acks.length > 0)) return;
    this.#acks.push(data);
    for (const fn of this.#onAck) callSafely(fn, data);
  }
}

/** The answer with the second argument of `onSuccess`: of a send the message, of a report its ids. */
function awaited({ data, second }: Outcome & { kind: 'success' }): object {
  if (!second) return data;
  return Object.assign({}, data, Array.isArray(second) ? { msg_ids: second } : { msg: second });
}

export interface OpenRequest<A, S = undefined, R = A> {
  request: JMessageRequest<A, S, R>;
  settle(outcome: Outcome): void;
  /** @param unlessKnown true: an earlier acknowledgement is not reported again */
  acknowledge(data: AckData, unlessKnown?: boolean): void;
  queue(data: QueuedData): void;
  progress(data: ProgressData): void;
}
