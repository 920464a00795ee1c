/**
 * One client socket: who it is, what it asks, in which order it is served. Requests start strictly in the order of arrival. Only requests
 * with a promise in {@link Reply.answer} may finish after later ones of their kind have started. All data of a socket are bounded and charged
 * to its {@link Party}. Requests beyond the limit are refused, and a client that goes on is closed. A client that does not read is served no
 * further.
 */
import type { Logger } from 'pino';
import * as v from 'valibot';
import {
  ACK,
  ANSWERED_AS,
  CODES,
  type PushEvent,
  REQUESTS,
  type RequestEvent,
  type RequestPayload,
  rid as ridSchema,
} from '../../../src/protocol/index.js';
import { type Answer, refuse } from '../answers.js';
import type { Settings } from '../config.js';
import type { Account } from '../store/accounts.js';
import type { WireSocket } from '../transport/wire-socket.js';
import { canonicalJson } from '../util/canonical-json.js';
import { TokenBucket } from '../util/token-bucket.js';
import type { Slices, Turn, Turns } from '../util/turns.js';
import type { Holder, Parties, Party } from './parties.js';
import { SendOrder } from './send-order.js';
import type { SessionFeed } from './session-feed.js';

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

export type Serve = (connection: Connection, request: Request, turn: Turn) => Promise<Reply>;

/** The account's session on this socket. */
export interface Session {
  /** By which its owner names it. */
  id: string;
  account: Account;
  platform: string;
  feed: SessionFeed;
  /** The client's storage, where it says so. */
  device: string | undefined;
  loginMs: number;
}

/** Objects that all connections share. */
export interface Shared {
  readonly settings: Settings;
  readonly serve: Serve;
  readonly parties: Parties;
  readonly turns: Turns;
  readonly slices: Slices<unknown>;
  readonly log: Logger;
  readonly now: () => number;
}

/** Sends: these may name their predecessor. */
const ORDERED = new Set<string>([
  's_across_single_text',
  'send_group_msg',
  'send_room_msg',
] satisfies RequestEvent[]);

/** The client's acknowledgements of pushes. */
const ACKNOWLEDGEMENTS = new Set<string>([
  'msg_recv_v2',
  'msg_recv',
  'sync_conversation_ack',
] satisfies RequestEvent[]);

/** Pushed because the client asked. */
const CHARGED = new Set<string>(['sync_conversation', 'sync_event', 'sync_receipt'] satisfies PushEvent[]);

export class Connection implements Holder {
  init: RequestPayload<'c_init'> | null = null;
  /** The `resume` that it began with, for its retries. */
  resumed: { canonical: string; answer: Answer } | null = null;
  /** Whose time its requests take. */
  party: Party;

  #session: Session | null = null;
  /** The limit of frames before the login. */
  readonly #stranger: TokenBucket;
  readonly #queue: Request[] = [];
  #owedAcknowledgements = 0;
  #queuedBytes = 0;
  readonly #order: SendOrder<Request>;
  #framesAtOnce = 0;
  #held = 0;
  #serving = false;
  /** Begun and not finished, all of the same event. */
  readonly #open = new Set<Promise<void>>();
  #openEvent = '';
  #closed = false;
  #finishing = false;
  #idle: (() => void)[] = [];

  constructor(
    readonly socket: WireSocket,
    private readonly shared: Shared,
  ) {
    const { settings, parties, slices, now } = shared;
    this.party = parties.ofAddress(socket.address);
    this.#stranger = new TokenBucket(settings.strangerSocketBurst, settings.strangerSocketPerSecond, now);
    this.#order = new SendOrder(settings.queuedRequests, {
      ms: settings.orderTimeoutMs,
      onExpired: (request) => this.#refuseOverdue(request),
    });
    socket.onFrame((characters) => this.#admit(characters));
    socket.onPacket((event, payload) => slices.add(this, () => this.#receive(event, payload)));
    socket.onDrain(() => this.#weigh());
  }

  get id(): string {
    return this.socket.id;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** From here on it is the account that is charged. */
  set session(session: Session | null) {
    this.#session = session;
    this.#weigh(-this.#held);
    const { parties } = this.shared;
    this.party = session ? parties.ofAccount(session.account.uid) : parties.ofAddress(this.socket.address);
    this.#weigh();
    if (session) this.socket.welcome();
  }

  /** The client's backlog. */
  get held(): number {
    return this.#held;
  }

  /** To be called when the socket has closed: what waits is dropped, what was begun is finished. */
  markClosed(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#order.clear();
    this.shared.slices.forget(this);
  }

  push(event: string, payload: object): void {
    if (this.#closed) return;
    const characters = this.socket.push(event, payload);
    if (CHARGED.has(event)) this.chargeBytes(characters);
    this.#weigh();
  }

  /** Pushed messages come back as acknowledgements, which must not count against the client. */
  allowAcknowledgements(messages: number): void {
    this.#owedAcknowledgements += messages;
    this.party.owed = Math.min(this.party.owed + messages, this.shared.settings.heldMessages);
  }

  /** Does what belongs to no single request when it is the client's turn. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    return this.shared.turns.run(this.party.usage, work);
  }

  /** Makes the client pay for what its request took beyond that of an ordinary one, in requests. */
  charge(requests: number): void {
    this.party.requests.spend(requests);
  }

  /** …for what it made the database read. */
  chargeReading(bytes: number): void {
    this.charge(Math.floor(bytes / this.shared.settings.readBytesPerRequest));
  }

  /** …for what it made others be sent, or was sent itself. */
  chargeBytes(bytes: number): void {
    this.charge(Math.floor(bytes / this.shared.settings.sentBytesPerRequest));
  }

  giveUp(reason: string): void {
    this.shared.log.debug({ socket: this.id, reason }, 'socket closed');
    this.socket.close();
  }

  discard(reason: string): void {
    this.shared.log.debug({ socket: this.id, reason }, 'socket discarded');
    this.socket.discard();
    this.#weigh(-this.#held);
  }

  /** Takes nothing new; resolves when nothing is being worked on. */
  finish(): Promise<void> {
    this.#finishing = true;
    if (!this.#serving && this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #weigh(change = this.socket.backlog() - this.#held): void {
    if (change === 0) return;
    this.#held += change;
    this.shared.parties.weigh(this.party, this, change);
  }

  /** Whether a frame may come in at all. Nothing of it has been read yet. */
  #admit(characters: number): boolean {
    const { settings } = this.shared;
    if (this.#framesAtOnce === 0) setImmediate(() => (this.#framesAtOnce = 0));
    this.#framesAtOnce += 1;
    if (this.#framesAtOnce > settings.framesAtOnce) return false;
    if (this.party.owed > 0) {
      this.party.owed -= 1;
      return true;
    }
    const cost = 1 + Math.floor(characters / settings.bytesPerRequest);
    if (!this.#session && !this.#stranger.take(cost)) return false;
    return this.party.frames.take(cost);
  }

  #mayAsk(event: string): boolean {
    // Until then each frame has been paid for, or the socket is gone.
    if (!this.#session) return true;
    if (this.#owedAcknowledgements === 0 || !ACKNOWLEDGEMENTS.has(event)) return this.party.requests.take();
    this.#owedAcknowledgements -= 1;
    return true;
  }

  #receive(event: string, payload: unknown): void {
    if (this.#closed || this.#finishing) return;
    const { settings, log } = this.shared;
    const rid = ridOf(payload);
    if (rid === undefined) {
      log.debug({ socket: this.id }, 'frame without a usable rid dropped');
      return;
    }
    const allowed = this.#mayAsk(event);
    if (!allowed && !this.party.refusals.take()) {
      this.socket.discard();
      return;
    }
    if (!allowed) {
      this.#refuseUnread(event, rid, refuse(CODES.beyondFrequencyLimit));
      return;
    }
    const { after, payload: content } = orderOf(event, payload);
    const canonical = canonicalJson(content);
    if (canonical === undefined) {
      const refusal = refuse(CODES.wireInvalidParameter, 'the payload is not JSON, or is nested too deep');
      this.#refuseUnread(event, rid, refusal);
      return;
    }
    if (this.#session) this.charge(Math.floor(canonical.length / settings.bytesPerRequest));
    if (
      this.#queue.length + this.#open.size + this.#order.size >= settings.queuedRequests ||
      this.#queuedBytes + canonical.length > settings.queuedBytes
    ) {
      this.#refuseUnread(event, rid, refuse(CODES.busy));
      return;
    }
    const request = { event, rid, payload: content, canonical };
    this.#queuedBytes += canonical.length;
    // Only an account's sends are processed at all, so only they may wait.
    const isOrdered = after !== undefined && this.#session !== null;
    if (!isOrdered || this.#order.mayProceed(after, request)) this.#enqueue([request]);
  }

  /** The client learns that its requests are here, and they wait for their turn, as do the sends that waited for them. */
  #enqueue(requests: readonly Request[]): void {
    const all = [...requests];
    for (const request of all) {
      this.push(ACK, { rid: request.rid });
      this.#queue.push(request);
      all.push(...this.#order.received(request.rid));
    }
    if (!this.#serving) void this.#run();
  }

  /** Answers a request that is not looked into. */
  #refuseUnread(event: string, rid: number, refusal: Answer): void {
    this.push(ACK, { rid });
    this.#answer(event, rid, refusal);
    this.#enqueue(this.#order.received(rid));
  }

  /** The predecessor of a send did not arrive. A client that went on without it has sent this one again meanwhile. */
  #refuseOverdue({ event, rid, canonical }: Request): void {
    this.#queuedBytes -= canonical.length;
    if (this.#order.has(rid)) return;
    this.#refuseUnread(
      event,
      rid,
      refuse(CODES.wireInvalidParameter, 'the request named in `after` did not arrive'),
    );
  }

  async #run(): Promise<void> {
    this.#serving = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#queuedBytes -= request.canonical.length;
      if (request.event !== this.#openEvent) await Promise.all(this.#open);
      this.#openEvent = request.event;
      // A client that does not read its answers gets no more of them.
      if (this.#held > this.shared.settings.readAheadBytes) await this.socket.drained();
      if (this.#closed) break;
      const afterwards = await this.shared.turns.run(this.party.usage, (turn) =>
        this.#serveOne(request, turn),
      );
      await afterwards?.().catch((error: unknown) => {
        this.shared.log.error(
          { socket: this.id, event: request.event, err: error },
          'what follows the answer failed',
        );
        this.giveUp('what it was to be sent could not be read');
      });
    }
    this.#serving = false;
    this.#settle();
  }

  /** Never fails. @returns the next step */
  async #serveOne(request: Request, turn: Turn): Promise<Reply['afterwards']> {
    const { event, rid } = request;
    let reply: Reply;
    try {
      reply = await this.shared.serve(this, request, turn);
    } catch (error) {
      this.#fail(request, error);
      return undefined;
    }
    const { answer, afterwards } = reply;
    if (!isLater(answer)) {
      this.#answer(event, rid, answer);
      return afterwards;
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
    return undefined;
  }

  #fail({ event, rid }: Request, error: unknown): void {
    this.shared.log.error({ socket: this.id, event, err: error }, 'request failed');
    this.#answer(event, rid, refuse(CODES.internalError));
  }

  #answer(event: string, rid: number, answer: Answer): void {
    if (this.#closed) return;
    const name = isRequestEvent(event) ? (ANSWERED_AS[event] ?? event) : event;
    // Its `ack` has gone out, and there is nothing more to say.
    if (name === ACK) return;
    this.chargeBytes(this.socket.emit(name, { ...answer, rid }));
    this.#weigh();
  }

  #settle(): void {
    if (this.#serving || this.#open.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const isLater = (answer: Answer | Later): answer is Later => answer.later instanceof Promise;

export const isRequestEvent = (event: string): event is RequestEvent => Object.hasOwn(REQUESTS, event);

/** The predecessor is no part of a send's identity, since a retry may name another one. */
function orderOf(event: string, payload: unknown): { after?: number; payload: unknown } {
  if (!ORDERED.has(event) || typeof payload !== 'object' || payload === null || !('after' in payload))
    return { payload };
  const { after, ...rest } = payload;
  const result = v.safeParse(ridSchema, after);
  return result.success ? { after: result.output, payload: rest } : { payload };
}

function ridOf(payload: unknown): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('rid' in payload)) return undefined;
  const result = v.safeParse(ridSchema, payload.rid);
  return result.success ? result.output : undefined;
}
