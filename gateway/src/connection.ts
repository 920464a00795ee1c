/**
 * One client socket: who it is, what it asks, in which order it is served. Requests are begun strictly in the order of arrival; only
 * requests that say so ({@link Reply.answer} a promise) may be finished while later ones of their kind are begun. Everything that is kept for a
 * socket is bounded.
 */
import type { Logger } from 'pino';
import * as v from 'valibot';
import {
  ANSWERED_AS,
  CODES,
  REQUESTS,
  type RequestEvent,
  type RequestPayload,
  rid as ridSchema,
} from '../../src/protocol/index.js';
import { type Answer, refuse } from './answers.js';
import { canonicalJson } from './canonical-json.js';
import type { Settings } from './config.js';
import type { Feed } from './feed.js';
import type { Account } from './store/accounts.js';
import { TokenBucket } from './token-bucket.js';
import type { WireSocket } from './wire-socket.js';

export interface Request {
  event: string;
  rid: number;
  payload: unknown;
  /** Of the payload: what a retry is recognised by. */
  canonical: string;
}

export interface Later {
  later: Promise<Answer>;
}

export interface Reply {
  /** A promise when later requests of the same event may be begun before it is there. */
  answer: Answer | Later;
  /** Done after the answer went out and before the next request is begun. */
  afterwards?: () => Promise<void>;
}

export type Serve = (connection: Connection, request: Request) => Promise<Reply>;

/** What the account's session on this socket consists of. */
export interface Session {
  account: Account;
  platform: string;
  feed: Feed;
  /** The client's storage, where it says so. */
  device: string | undefined;
}

/** What the client answers pushes with. */
const ACKNOWLEDGEMENTS = new Set<string>(['msg_recv_v2', 'sync_conversation_ack'] satisfies RequestEvent[]);

export class Connection {
  init: RequestPayload<'c_init'> | null = null;
  session: Session | null = null;
  /** The `resume` that it began with, for its retries. */
  resumed: { canonical: string; answer: Answer } | null = null;

  readonly #bucket: TokenBucket;
  readonly #queue: Request[] = [];
  #owedAcknowledgements = 0;
  #queuedBytes = 0;
  #serving = false;
  /** Begun and not finished, all of the same event. */
  readonly #open = new Set<Promise<void>>();
  #openEvent = '';
  #closed = false;
  #finishing = false;
  #idle: (() => void)[] = [];

  constructor(
    readonly socket: WireSocket,
    private readonly settings: Settings,
    private readonly serve: Serve,
    private readonly log: Logger,
    now: () => number,
  ) {
    this.#bucket = new TokenBucket(settings.requestBurst, settings.requestsPerSecond, now);
    socket.onPacket((event, payload) => this.#receive(event, payload));
  }

  get id(): string {
    return this.socket.id;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** To be called when the socket has closed: what waits is dropped, what was begun is finished. */
  markClosed(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }

  push(event: string, payload: object): void {
    if (this.#closed) return;
    this.socket.emit(event, payload);
    if (this.socket.backlog() > this.settings.backlogBytes) this.giveUp('it does not read');
  }

  /** Pushed messages come back as acknowledgements, which must not count against the client. */
  allowAcknowledgements(messages: number): void {
    this.#owedAcknowledgements += messages;
  }

  /** Makes the client pay for what its request took beyond that of an ordinary one, in requests. */
  charge(requests: number): void {
    this.#bucket.spend(requests);
  }

  #mayAsk(event: string): boolean {
    if (this.#owedAcknowledgements === 0 || !ACKNOWLEDGEMENTS.has(event)) return this.#bucket.take();
    this.#owedAcknowledgements -= 1;
    return true;
  }

  giveUp(reason: string): void {
    this.log.debug({ socket: this.id, reason }, 'socket closed');
    this.socket.close();
  }

  /** Takes nothing new; resolves when nothing is being worked on. */
  finish(): Promise<void> {
    this.#finishing = true;
    if (!this.#serving && this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #receive(event: string, payload: unknown): void {
    if (this.#closed || this.#finishing) return;
    const rid = ridOf(payload);
    if (rid === undefined) {
      this.log.debug({ socket: this.id }, 'frame without a usable rid dropped');
      return;
    }
    this.socket.emit('ack', { rid });
    const canonical = canonicalJson(payload);
    if (canonical === undefined) {
      this.#answer(
        event,
        rid,
        refuse(CODES.wireInvalidParameter, 'the payload is not JSON, or is nested too deep'),
      );
      return;
    }
    if (!this.#mayAsk(event)) {
      this.#answer(event, rid, refuse(CODES.beyondFrequencyLimit));
      return;
    }
    if (
      this.#queue.length + this.#open.size >= this.settings.queuedRequests ||
      this.#queuedBytes + canonical.length > this.settings.queuedBytes
    ) {
      this.#answer(event, rid, refuse(CODES.busy));
      return;
    }
    this.#queue.push({ event, rid, payload, canonical });
    this.#queuedBytes += canonical.length;
    if (!this.#serving) void this.#run();
  }

  async #run(): Promise<void> {
    this.#serving = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#queuedBytes -= request.canonical.length;
      if (request.event !== this.#openEvent) await Promise.all(this.#open);
      this.#openEvent = request.event;
      try {
        await this.#serveOne(request);
      } catch (error) {
        this.#fail(request, error);
      }
    }
    this.#serving = false;
    this.#settle();
  }

  async #serveOne(request: Request): Promise<void> {
    const { event, rid } = request;
    const { answer, afterwards } = await this.serve(this, request);
    if (!isLater(answer)) {
      this.#answer(event, rid, answer);
      await afterwards?.().catch((error: unknown) => {
        this.log.error({ socket: this.id, event, err: error }, 'what follows the answer failed');
        this.giveUp('what it was to be sent could not be read');
      });
      return;
    }
    const done = answer.later
      .then(
        (outcome) => this.#answer(event, rid, outcome),
        (error: unknown) => this.#fail(request, error),
      )
      .then(() => {
        this.#open.delete(done);
        this.#settle();
      });
    this.#open.add(done);
  }

  #fail({ event, rid }: Request, error: unknown): void {
    this.log.error({ socket: this.id, event, err: error }, 'request failed');
    this.#answer(event, rid, refuse(CODES.internalError));
  }

  #answer(event: string, rid: number, answer: Answer): void {
    const name = isRequestEvent(event) ? (ANSWERED_AS[event] ?? event) : event;
    this.push(name, { ...answer, rid });
  }

  #settle(): void {
    if (this.#serving || this.#open.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const isLater = (answer: Answer | Later): answer is Later => answer.later instanceof Promise;

export const isRequestEvent = (event: string): event is RequestEvent => Object.hasOwn(REQUESTS, event);

function ridOf(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('rid' in payload)) return undefined;
  const result = v.safeParse(ridSchema, payload.rid);
  return result.success ? result.output : undefined;
}
