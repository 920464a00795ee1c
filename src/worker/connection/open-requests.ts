/**
 * Open requests: each goes out, is acknowledged, is answered, and settles exactly once.
 *
 * A try without `ack` for {@link ACK_TIMEOUT_MS}, or with one but without an answer for {@link RESPONSE_TIMEOUT_MS}, is repeated with the same
 * `rid` and the same payload, {@link MAX_TRIES} times in all. Between connections requests wait: that time uses up no try.
 *
 * Requests of one lane (a conversation's sends) go out one after the other. The next one leaves when the one before has been acknowledged: a
 * server takes up what it has acknowledged in that order, and a frame that is lost on the way holds up those behind it rather than being
 * overtaken by them. After a cut they all go out again in the same order, and what was stored already is answered as before.
 */
import {
  ACK,
  ACK_TIMEOUT_MS,
  ANSWERED_AS,
  CODES,
  MAX_TRIES,
  RESPONSE_TIMEOUT_MS,
} from '../../protocol/worker.js';
import type { Clock } from '../util/clock.js';

/** The server has received it: what it was sent. */
export type OnAck = (sent: object) => void;

export interface RequestSpec {
  event: string;
  rid: number;
  /** Without `rid`. Must be the same on every try. */
  payload: object;
  lane?: string | undefined;
  /** Means nothing on another connection: ends with this one. */
  ephemeral?: boolean;
  /** Calls it off. */
  signal?: AbortSignal;
  onAck?: OnAck | undefined;
}

export type Answer = { rid: number; code: number; message: string; [field: string]: unknown };

export type Reply =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'timeout'; responseTimeout: boolean }
  /** The connection that it belonged to has gone, or everything was called off. */
  | { kind: 'dropped' };

type Emit = (event: string, payload: object) => void;

interface Open extends RequestSpec {
  answerEvent: string;
  readonly settled: Promise<Reply>;
  settle(reply: Reply): void;
  /** Tries that ended in a timeout. */
  failedTries: number;
  acked: boolean;
  cancelTimer: (() => void) | undefined;
  emitted: boolean;
  /** It may have reached the server on an earlier connection. */
  mayBeDone: boolean;
}

export class OpenRequests {
  #emit: Emit | undefined;
  /** In the order they were made. */
  readonly #open = new Set<Open>();
  #over = false;
  /** Those on their way, by `rid`. */
  readonly #flying = new Map<number, Open>();

  /** Before the first connection: what is sent by then may have been sent already, by a worker that has died. */
  #attached = false;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#open.size;
  }

  send(spec: RequestSpec): Promise<Reply> {
    if (this.#over) return Promise.resolve({ kind: 'dropped' });
    let settle: (reply: Reply) => void = () => undefined;
    const settled = new Promise<Reply>((resolve) => {
      settle = resolve;
    });
    const known: Partial<Record<string, string>> = ANSWERED_AS;
    const open: Open = {
      ...spec,
      answerEvent: known[spec.event] ?? spec.event,
      settled,
      settle,
      failedTries: 0,
      acked: false,
      cancelTimer: undefined,
      emitted: false,
      mayBeDone: !this.#attached,
    };
    this.#open.add(open);
    spec.signal?.addEventListener('abort', () => this.#settle(open, { kind: 'dropped' }));
    this.#flush();
    return settled;
  }

  /**
   * A logged-in connection is there: everything open goes out, in order.
   * @returns when all is answered that an earlier connection may have brought to the server already, or has had its time
   */
  attach(emit: Emit): Promise<void> {
    const unsure = [...this.#open].filter(({ mayBeDone }) => mayBeDone);
    this.#emit = emit;
    this.#attached = true;
    this.#flush();
    if (unsure.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.clock.after(ACK_TIMEOUT_MS, resolve);
      void Promise.all(unsure.map(({ settled }) => settled)).then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** The connection is gone. */
  detach(): void {
    this.#emit = undefined;
    this.#flying.clear();
    for (const open of [...this.#open]) {
      open.cancelTimer?.();
      open.mayBeDone ||= open.emitted;
      open.emitted = false;
      open.acked = false;
      if (open.ephemeral) this.#settle(open, { kind: 'dropped' });
    }
  }

  /** Calls everything off, for good. */
  drop(): void {
    this.#over = true;
    this.detach();
    for (const open of [...this.#open]) this.#settle(open, { kind: 'dropped' });
  }

  /** @returns whether the event was an `ack` or an answer to one of these requests */
  handle(event: string, payload: unknown): boolean {
    if (!hasRid(payload)) return false;
    const open = this.#flying.get(payload.rid);
    if (!open) return false;
    if (event === ACK && open.answerEvent !== ACK) {
      this.#acknowledge(open);
      return true;
    }
    if (event !== open.answerEvent) return false;
    const { code, message } = payload;
    this.#settle(open, {
      kind: 'answer',
      answer: {
        ...payload,
        code: typeof code === 'number' ? code : code === undefined ? CODES.success : CODES.unknown,
        message: typeof message === 'string' ? message : '',
      },
    });
    return true;
  }

  #flush(): void {
    if (!this.#emit) return;
    const busyLanes = new Set<string>();
    for (const open of this.#open) {
      const { lane } = open;
      const blocked = lane !== undefined && busyLanes.has(lane);
      if (lane !== undefined && !open.acked) busyLanes.add(lane);
      // Two open requests can share a rid about once in 2^31: then the second waits for the first.
      if (!blocked && !open.emitted && !this.#flying.has(open.rid)) this.#try(open);
    }
  }

  #try(open: Open): void {
    open.emitted = true;
    open.acked = false;
    this.#flying.set(open.rid, open);
    this.#arm(open, ACK_TIMEOUT_MS);
    this.#emit?.(open.event, { ...open.payload, rid: open.rid });
  }

  #acknowledge(open: Open): void {
    if (open.acked) return;
    open.acked = true;
    this.#arm(open, RESPONSE_TIMEOUT_MS);
    open.onAck?.({ ...open.payload, rid: open.rid });
    if (open.lane !== undefined) this.#flush();
  }

  #arm(open: Open, ms: number): void {
    open.cancelTimer?.();
    open.cancelTimer = this.clock.after(ms, () => {
      open.failedTries += 1;
      if (open.failedTries < MAX_TRIES) this.#try(open);
      else this.#settle(open, { kind: 'timeout', responseTimeout: open.acked });
    });
  }

  #settle(open: Open, reply: Reply): void {
    if (!this.#open.delete(open)) return;
    open.cancelTimer?.();
    if (this.#flying.get(open.rid) === open) this.#flying.delete(open.rid);
    open.settle(reply);
    this.#flush();
  }
}

function hasRid(payload: unknown): payload is { rid: number; code?: unknown; message?: unknown } {
  return (
    typeof payload === 'object' && payload !== null && typeof (payload as { rid?: unknown }).rid === 'number'
  );
}
