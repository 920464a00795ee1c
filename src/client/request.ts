/**
 * What every API method returns: the documented chain (`onSuccess`, `onFail`, `onTimeout`, `onAck`) that can also be awaited.
 *
 * It settles exactly once. A handler that is added after that is called at once, in a microtask; each is called in the zone in which it
 * was added. Anything but a function is no handler. A promise exists only once somebody asks for one, so those who only chain never see an
 * unhandled rejection; it is of the page's own kind.
 */
import { CODES, type Failure, failure, type Outcome } from '../protocol/tab.js';
import { callSafely } from './page/call-safely.js';
import { hide } from './page/hide.js';
import { inZone } from './page/zones.js';

/** What `onAck` is called with: the server has received the request. */
export interface AckData {
  rid: number;
  /** The payload that was sent. */
  data: unknown;
}

/** What `onQueued` is called with. */
export interface QueuedData {
  rid: number;
  /** Names the send in `getOutbox`, `retrySend` and `cancelSend`. */
  id: string;
}

/** What `onTimeout` is called with. */
export interface TimeoutData extends AckData {
  /** true: acknowledged but never answered; false: not even acknowledged. */
  response_timeout: boolean;
}

/** What an awaited request rejects with: `code` and `message` as in `onFail`, the whole answer in `data`. */
export class JMessageError extends Error {
  override readonly name = 'JMessageError';
  readonly code: number;
  readonly data: Failure;

  constructor(data: Failure) {
    super(`${data.message} (${data.code})`);
    this.code = data.code;
    this.data = data;
  }
}

/** What `onProgress` is called with while a file is uploaded, in bytes. An addition to V2. */
export interface ProgressData {
  loaded: number;
  total: number;
}

type Settled = Outcome;

/** @typeParam A what `onSuccess` gets first; @typeParam S and second */
export class JMessageRequest<A, S = undefined> implements PromiseLike<A> {
  #settled: Settled | undefined;
  readonly #acks: AckData[] = [];
  readonly #onSettled: ((outcome: Settled) => void)[] = [];
  readonly #onAck: ((data: AckData) => void)[] = [];
  readonly #onProgress: ((data: ProgressData) => void)[] = [];
  readonly #onQueued: ((data: QueuedData) => void)[] = [];
  /** Once: it may wait for another connection later. */
  readonly #queued: QueuedData[] = [];
  #abort: () => void = () => undefined;
  #promise: Promise<A> | undefined;

  constructor() {
    hide(this);
  }

  /** Hands out the request together with the means to settle it, which stay with whoever made it. */
  static open<A, S>(abort: () => void = () => undefined): OpenRequest<A, S> {
    const request = new JMessageRequest<A, S>();
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

  /** The call succeeded: `data.code` is 0. Sends have the message that was sent as second argument. */
  onSuccess(fn: (data: A, msg: S) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind === 'success') tell(outcome.data as A, outcome.second as S);
    });
  }

  /** The call failed: `data.code` says how, `data.message` in words. */
  onFail(fn: (data: Failure) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind === 'failure') tell(outcome.error);
    });
  }

  /** All tries are used up. */
  onTimeout(fn: (data: TimeoutData) => void): this {
    return this.#whenSettled(fn, (outcome, tell) => {
      if (outcome.kind !== 'timeout') return;
      const { rid, data, responseTimeout } = outcome;
      tell({ rid, data, response_timeout: responseTimeout });
    });
  }

  /** The server has received the request; once for each try that it acknowledged. */
  onAck(fn: (data: AckData) => void): this {
    return this.#hear(this.#onAck, fn, this.#acks);
  }

  /** The send waits for a connection: it goes out when there is one, whatever becomes of this page. An addition to V2. */
  onQueued(fn: (data: QueuedData) => void): this {
    return this.#hear(this.#onQueued, fn, this.#queued);
  }

  /** How far the call's upload is. An addition to V2. */
  onProgress(fn: (data: ProgressData) => void): this {
    return this.#hear(this.#onProgress, fn, []);
  }

  /** Gives up what has not gone out, a message or an upload: the call fails with 889010. What is on its way is not taken back. An addition to V2. */
  abort(): void {
    if (!this.#settled) this.#abort();
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point
  then<R = A, E = never>(
    onfulfilled?: ((value: A) => R | PromiseLike<R>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    this.#promise ??= new globalThis.Promise<A>((resolve, reject) => {
      this.#whenSettled(resolve, (outcome) => {
        if (outcome.kind === 'success') resolve(outcome.data as A);
        else reject(new JMessageError(outcome.kind === 'failure' ? outcome.error : failure(CODES.timeout)));
      });
    });
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<E = never>(onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null): Promise<A | E> {
    return this.then(undefined, onrejected);
  }

  // Not the promise's: the page's own may have none.
  finally(onfinally?: (() => unknown) | null): Promise<A> {
    if (typeof onfinally !== 'function') return this.then();
    return this.then(
      (value) => globalThis.Promise.resolve(onfinally()).then(() => value),
      (reason) =>
        globalThis.Promise.resolve(onfinally()).then(() => {
          throw reason;
        }),
    );
  }

  /** @param fn what the application has passed @param tell calls it, with what there is to say */
  #whenSettled<T extends unknown[]>(
    fn: (...args: T) => unknown,
    say: (outcome: Settled, tell: (...args: T) => unknown) => void,
  ): this {
    const tell = inZone(fn);
    if (!tell) return this;
    const hear = (outcome: Settled) => callSafely(say, outcome, tell);
    const settled = this.#settled;
    if (settled) queueMicrotask(() => hear(settled));
    else this.#onSettled.push(hear);
    return this;
  }

  /** @param so far: what was told before */
  #hear<T>(handlers: ((data: T) => void)[], fn: (data: T) => void, soFar: readonly T[]): this {
    const tell = inZone(fn);
    if (!tell) return this;
    for (const data of soFar) queueMicrotask(() => callSafely(tell, data));
    handlers.push(tell);
    return this;
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = outcome;
    for (const hear of this.#onSettled.splice(0)) hear(outcome);
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

export interface OpenRequest<A, S> {
  request: JMessageRequest<A, S>;
  settle(outcome: Outcome): void;
  /** @param unlessKnown not again, if it has been acknowledged before */
  acknowledge(data: AckData, unlessKnown?: boolean): void;
  queue(data: QueuedData): void;
  progress(data: ProgressData): void;
}
