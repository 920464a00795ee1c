/**
 * The table of open requests. Each request is transmitted, acknowledged and answered, and settles exactly once.
 *
 * A try ends without `ack` after {@link ACK_TIMEOUT_MS}, or without an answer {@link RESPONSE_TIMEOUT_MS} later. It is repeated with the same
 * `rid` and payload, {@link MAX_TRIES} times in all. Between connections requests wait, and use up no try.
 *
 * Requests of one lane (the sends of a conversation) are processed in order. A lost frame delays the later ones, which never overtake it. To a
 * server with ordered sends they are transmitted at once, and each names the one before it, unless that one is acknowledged. To any other
 * server each is transmitted when the one before was acknowledged. On a new connection all of them are transmitted again in the same order,
 * and the server answers stored ones as before.
 */
import {
  ACK,
  ACK_TIMEOUT_MS,
  ANSWERED_AS,
  CODES,
  type ErrorCode,
  type Failure,
  failure,
  MAX_TRIES,
  RESPONSE_TIMEOUT_MS,
  type RequestInspection,
} from '../../protocol/worker.js';
import { afterRunning, type Clock } from '../util/clock.js';
import { isObject } from '../util/read-answer.js';
import { DROPPED, type Reply, type RequestSpec, type Scope } from './request.js';

type Emit = (event: string, payload: object) => void;

/** Requests of lanes that may wait for an `ack` at a time. Even with the largest frames the gateway queues that many bytes for a client. */
const MAX_UNACKNOWLEDGED = 100;

type Link =
  | { is: 'down' }
  /** A socket is open and not logged in. */
  | { is: 'handshake'; emit: Emit }
  | { is: 'up'; emit: Emit; isOrdered: boolean }
  | { is: 'closed'; error: Failure };

/** The latest try of a request on the present connection. */
type Try = { is: 'none' } | { is: 'emitted' | 'acknowledged'; cancelTimer: () => void };

interface OpenRequest extends RequestSpec {
  readonly scope: Scope;
  readonly answerEvent: string;
  readonly settled: Promise<Reply>;
  settle(reply: Reply): void;
  /** Tries that ended in a timeout. */
  failedTries: number;
  try: Try;
  /** The unacknowledged predecessor that the present try names. */
  after: OpenRequest | undefined;
  /** An earlier connection, or an earlier worker, may have brought it to the server. */
  mayBeStored: boolean;
}

const NO_TRY: Try = { is: 'none' };

export class OpenRequests {
  #link: Link = { is: 'down' };
  /** In the order in which they were made. */
  readonly #open = new Set<OpenRequest>();
  /** The transmitted ones, by `rid`. */
  readonly #inFlight = new Map<number, OpenRequest>();
  /** Before the first login a request may be one that an earlier worker has transmitted. */
  #wasUp = false;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#open.size;
  }

  /** For people: without the payloads. */
  inspect(): RequestInspection[] {
    return [...this.#open].map(({ event, rid, failedTries, try: { is } }) => {
      return { event, rid, failedTries, acked: is === 'acknowledged' };
    });
  }

  send(spec: RequestSpec): Promise<Reply> {
    if (this.#link.is === 'closed') return Promise.resolve({ kind: 'dropped', error: this.#link.error });
    let settle: (reply: Reply) => void = () => undefined;
    const settled = new Promise<Reply>((resolve) => {
      settle = resolve;
    });
    const answeredAs: Partial<Record<string, string>> = ANSWERED_AS;
    const { scope = 'session' } = spec;
    const open: OpenRequest = {
      ...spec,
      scope,
      answerEvent: answeredAs[spec.event] ?? spec.event,
      settled,
      settle,
      failedTries: 0,
      try: NO_TRY,
      after: undefined,
      mayBeStored: scope === 'session' && !this.#wasUp,
    };
    this.#open.add(open);
    spec.signal?.addEventListener('abort', () => this.#drop(open, failure(CODES.aborted)));
    this.#flush();
    return settled;
  }

  /** A socket is open: requests of the handshake are transmitted. */
  connect(emit: Emit): void {
    if (this.#link.is === 'closed') return;
    this.#link = { is: 'handshake', emit };
    this.#flush();
  }

  /**
   * The connection is logged in: every open request is transmitted, in order.
   * @param isOrdered the server orders sends by their predecessors
   * @returns when every request that may be stored already is answered, or has had its time
   */
  logIn(isOrdered = false): Promise<void> {
    if (this.#link.is !== 'handshake') return Promise.resolve();
    const unsure = [...this.#open].filter(({ mayBeStored }) => mayBeStored);
    this.#link = { is: 'up', emit: this.#link.emit, isOrdered };
    this.#wasUp = true;
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

  /** The connection is closed. */
  disconnect(): void {
    if (this.#link.is === 'closed') return;
    this.#link = { is: 'down' };
    this.#inFlight.clear();
    for (const open of [...this.#open]) {
      open.mayBeStored ||= open.try.is !== 'none';
      open.after = undefined;
      endTry(open);
      if (open.scope !== 'session') this.#settle(open, DROPPED);
    }
  }

  /** Drops every request, for good. @param error the reason that each reply carries */
  close(error: Failure): void {
    this.disconnect();
    this.#link = { is: 'closed', error };
    for (const open of [...this.#open]) this.#drop(open, error);
  }

  /** @returns whether the event was an `ack` or an answer to one of these requests */
  handle(event: string, payload: unknown): boolean {
    if (!hasRid(payload)) return false;
    const open = this.#inFlight.get(payload.rid);
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
        code:
          typeof code === 'number' ? (code as ErrorCode) : code === undefined ? CODES.success : CODES.unknown,
        message: typeof message === 'string' ? message : '',
      },
    });
    return true;
  }

  #flush(): void {
    const link = this.#link;
    // Most requests are transmitted as they are made, and a burst has many.
    if (!('emit' in link) || this.#open.size === this.#inFlight.size) return;
    const isOrdered = link.is === 'up' && link.isOrdered;
    /** By lane, the last request that is not acknowledged. */
    const unacknowledged = new Map<string, OpenRequest>();
    let count = 0;
    for (const open of this.#open) {
      if (open.try.is === 'acknowledged' || (link.is === 'handshake' && open.scope !== 'handshake')) continue;
      const { lane } = open;
      const before = lane === undefined ? undefined : unacknowledged.get(lane);
      const isBlocked = before && !(isOrdered && before.try.is === 'emitted' && count < MAX_UNACKNOWLEDGED);
      // Two open requests share a `rid` about once in 2^31: then the second one waits for the first.
      if (!isBlocked && open.try.is === 'none' && !this.#inFlight.has(open.rid)) this.#emit(open, before);
      if (lane === undefined) continue;
      unacknowledged.set(lane, open);
      count += 1;
    }
  }

  /** @param after the unacknowledged request before it in its lane */
  #emit(open: OpenRequest, after: OpenRequest | undefined): void {
    if (!('emit' in this.#link)) return;
    this.#inFlight.set(open.rid, open);
    open.after = after;
    endTry(open);
    // The server acknowledges it after its predecessor, so its time has not begun.
    if (after) open.try = { is: 'emitted', cancelTimer: () => undefined };
    else this.#startTimer(open, 'emitted', ACK_TIMEOUT_MS);
    this.#link.emit(open.event, { ...open.payload, rid: open.rid, ...(after && { after: after.rid }) });
  }

  #acknowledge(open: OpenRequest): void {
    if (open.try.is === 'acknowledged') return;
    this.#startTimer(open, 'acknowledged', RESPONSE_TIMEOUT_MS);
    open.onAck?.({ ...open.payload, rid: open.rid });
    if (open.lane === undefined) return;
    this.#received(open);
    this.#flush();
  }

  /** The server has the request, so the `ack` of the one behind it is due. */
  #received(open: OpenRequest): void {
    open.after = undefined;
    const next = this.#follower(open);
    if (!next) return;
    next.after = undefined;
    this.#startTimer(next, 'emitted', ACK_TIMEOUT_MS);
  }

  /** The request that names this one as its predecessor. */
  #follower(open: OpenRequest): OpenRequest | undefined {
    for (const other of this.#open) if (other.after === open) return other;
    return undefined;
  }

  #startTimer(open: OpenRequest, is: 'emitted' | 'acknowledged', ms: number): void {
    endTry(open);
    const expire = () => {
      open.failedTries += 1;
      if (open.failedTries < MAX_TRIES) this.#emit(open, undefined);
      else this.#settle(open, { kind: 'timeout', responseTimeout: is === 'acknowledged' });
    };
    // Another worker may have the account since, and a late login would end its session.
    const frozen = () => (open.scope === 'handshake' ? this.#settle(open, DROPPED) : expire());
    const cancelTimer = afterRunning(this.clock, ms, expire, frozen);
    open.try = { is, cancelTimer };
  }

  #drop(open: OpenRequest, error: Failure): void {
    this.#settle(open, { kind: 'dropped', error });
  }

  #settle(open: OpenRequest, reply: Reply): void {
    if (!this.#open.delete(open)) return;
    const isUnacknowledged = open.try.is === 'emitted';
    endTry(open);
    if (this.#inFlight.get(open.rid) === open) this.#inFlight.delete(open.rid);
    open.settle(reply);
    if (isUnacknowledged && reply.kind === 'answer') this.#received(open);
    else if (isUnacknowledged) this.#bypass(open);
    this.#flush();
  }

  /** The server may never get the request: the one behind it names the predecessor's predecessor instead. */
  #bypass(open: OpenRequest): void {
    const next = this.#follower(open);
    if (next) this.#emit(next, open.after);
  }
}

function endTry(open: OpenRequest): void {
  if (open.try.is !== 'none') open.try.cancelTimer();
  open.try = NO_TRY;
}

function hasRid(payload: unknown): payload is { rid: number; code?: unknown; message?: unknown } {
  return isObject(payload) && typeof payload.rid === 'number';
}
