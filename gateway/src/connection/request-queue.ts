/**
 * The requests of one socket from their receipt to their end. They start strictly in the order of arrival. A send that names a predecessor
 * waits for it (see {@link SendOrder}). Only requests with a promise in `Reply.answer` may finish after later ones have started, which
 * {@link mayOverlap} names. During a sync with a window, requests proceed that do not follow the sync. Their number and size are bounded.
 */
import type { Settings } from '../config.js';
import { FOLLOWS_SYNC, mayOverlap, type OrderedRequest, outlivesSocket, type Request } from './request.js';
import { SendOrder } from './send-order.js';

/** The service of a request, up to the point at which the next one may start. */
export interface Served {
  /** Resolves when the request is done, if it was not done by then; never rejects. */
  later?: Promise<void>;
  /** Resolves when the pushes of a sync have gone out, if requests may proceed meanwhile; never rejects. */
  syncing?: Promise<void>;
}

interface RequestServer {
  /** The request is queued, so the client need not send it again. */
  acknowledge(rid: number): void;
  /** Never rejects. */
  serve(request: Request): Promise<Served>;
  /** The predecessor that the request names did not arrive. */
  refuseOverdue(request: Request): void;
}

export class RequestQueue {
  readonly #waiting: Request[] = [];
  /** Requests that wait for the end of the sync; undefined without one. */
  #following: Request[] | undefined;
  /** The size of the requests that wait in the queue or for their predecessor. */
  #bytes = 0;
  readonly #order: SendOrder<Request>;
  #isRunning = false;
  /** The requests that have begun and not finished, by their event. */
  readonly #open = new Map<string, Set<Promise<void>>>();
  #openCount = 0;
  #idle: (() => void)[] = [];

  constructor(
    private readonly settings: Pick<Settings, 'queuedRequests' | 'queuedBytes' | 'orderTimeoutMs'>,
    private readonly server: RequestServer,
  ) {
    this.#order = new SendOrder(settings.queuedRequests, {
      ms: settings.orderTimeoutMs,
      onExpired: (request) => this.#expire(request),
    });
  }

  /** @returns false if there is no room for it */
  add({ request, after }: OrderedRequest): boolean {
    const { queuedRequests, queuedBytes } = this.settings;
    const size = request.canonical.length;
    const following = this.#following?.length ?? 0;
    const count = this.#waiting.length + following + this.#openCount + this.#order.size;
    if (count >= queuedRequests || this.#bytes + size > queuedBytes) return false;
    this.#bytes += size;
    if (after === undefined || this.#order.mayProceed(after, request)) this.#enqueue([request]);
    return true;
  }

  /** A request was received and is not queued. The sends that waited for it are. */
  passOver(rid: number): void {
    this.#enqueue(this.#order.received(rid));
  }

  /** The socket has closed: drops the requests that wait and do not outlive it. Those that were begun are finished. */
  clear(): void {
    for (const queue of [this.#waiting, this.#following ?? []])
      queue.splice(0, queue.length, ...queue.filter(({ event }) => outlivesSocket(event)));
    this.#bytes = [...this.#waiting, ...(this.#following ?? [])].reduce(
      (sum, { canonical }) => sum + canonical.length,
      0,
    );
    this.#order.clear();
  }

  /** Resolves when nothing is being worked on. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #enqueue(requests: readonly Request[]): void {
    const all = [...requests];
    for (const request of all) {
      this.server.acknowledge(request.rid);
      this.#waiting.push(request);
      all.push(...this.#order.received(request.rid));
    }
    if (!this.#isRunning) void this.#run();
  }

  /** A client that went on without the predecessor has sent this request again meanwhile. */
  #expire(request: Request): void {
    this.#bytes -= request.canonical.length;
    if (!this.#order.has(request.rid)) this.server.refuseOverdue(request);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      if (this.#following && FOLLOWS_SYNC.has(request.event)) {
        this.#following.push(request);
        continue;
      }
      this.#bytes -= request.canonical.length;
      for (const [event, open] of this.#open) if (!mayOverlap(event, request.event)) await Promise.all(open);
      const { later, syncing } = await this.server.serve(request);
      if (later) this.#track(request.event, later);
      if (syncing) this.#followLater(syncing);
    }
    this.#isRunning = false;
    this.#reportIdle();
  }

  #followLater(syncing: Promise<void>): void {
    this.#following = [];
    void syncing.then(() => {
      this.#waiting.unshift(...(this.#following ?? []));
      this.#following = undefined;
      if (!this.#isRunning) void this.#run();
    });
  }

  #track(event: string, later: Promise<void>): void {
    const open = this.#open.get(event) ?? new Set();
    this.#open.set(event, open);
    const done = later.then(() => {
      open.delete(done);
      this.#openCount -= 1;
      this.#reportIdle();
    });
    open.add(done);
    this.#openCount += 1;
  }

  #isIdle(): boolean {
    return !this.#isRunning && !this.#following && this.#openCount === 0;
  }

  #reportIdle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
