/**
 * One client socket: its identity, and the path of its requests from the packet to the answer. {@link SocketCosts} admits or refuses each.
 * The order is that of {@link RequestQueue}. A client that does not read is served no further.
 */
import type { Logger } from 'pino';
import { ACK, ANSWERED_AS, CODES, type PushEvent, type RequestPayload } from '../../../src/protocol/index.js';
import { type Answer, refuse } from '../answers.js';
import type { Settings } from '../config.js';
import type { Account } from '../store/accounts.js';
import { isOutage } from '../store/outage.js';
import type { WireSocket } from '../transport/wire-socket.js';
import type { Slices, Turn, Turns } from '../util/turns.js';
import type { Parties } from './parties.js';
import {
  isLater,
  isRequestEvent,
  outlivesSocket,
  type Reply,
  type Request,
  readPacket,
  readRequest,
} from './request.js';
import { RequestQueue, type Served } from './request-queue.js';
import type { SessionFeed } from './session-feed.js';
import { SocketCosts } from './socket-costs.js';

type Serve = (connection: Connection, request: Request, turn: Turn) => Promise<Reply>;

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
  /** Its number among the sessions of the account's platform on all nodes; 0 where there is only one node. */
  seat: number;
}

/** Objects that all connections share. */
export interface Shared {
  readonly settings: Settings;
  readonly serve: Serve;
  readonly parties: Parties;
  readonly turns: Turns;
  readonly slices: Slices<unknown>;
  /** Called for each push and `ack`. */
  readonly onPush: (event: string) => void;
  readonly log: Logger;
  readonly now: () => number;
}

const ackOf = (rid: number): string => `{"rid":${rid}}`;

/** Pushed because the client asked. */
const CHARGED = new Set<string>(['sync_conversation', 'sync_event', 'sync_receipt'] satisfies PushEvent[]);

export class Connection {
  init: RequestPayload<'c_init'> | null = null;
  /** The `resume` that it began with, for its retries. */
  resumed: { canonical: string; answer: Answer } | null = null;
  readonly costs: SocketCosts;

  #session: Session | null = null;
  readonly #queue: RequestQueue;
  /** `finishing` takes no new request. */
  #state: 'open' | 'finishing' | 'closed' = 'open';

  constructor(
    readonly socket: WireSocket,
    private readonly shared: Shared,
  ) {
    const { settings, parties, slices, log, now } = shared;
    this.costs = new SocketCosts(socket, settings, parties, log, now);
    this.#queue = new RequestQueue(settings, {
      acknowledge: (rid) => this.pushJson(ACK, ackOf(rid)),
      serve: (request) => this.#serve(request),
      refuseOverdue: ({ event, rid }) =>
        this.#refuseUnread(
          event,
          rid,
          refuse(CODES.wireInvalidParameter, 'the request named in `after` did not arrive'),
        ),
    });
    socket.onFrame((characters) => this.costs.admitsFrame(characters));
    socket.onPacket((event, payload) => slices.add(this, () => this.#receive(event, payload)));
    socket.onDrain(() => this.costs.weigh());
  }

  get id(): string {
    return this.socket.id;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  get session(): Session | null {
    return this.#session;
  }

  /** The socket is logged in. From here on the account is charged. */
  enter(session: Session): void {
    this.#session = session;
    this.costs.chargeAccount(session.account.uid);
    this.socket.welcome();
  }

  /** To be called when the socket has closed: what was begun is finished, what waits is dropped. The client's last words are served. */
  markClosed(): void {
    this.#state = 'closed';
    this.costs.markClosed();
    this.#queue.clear();
  }

  push(event: string, payload: object): void {
    if (this.isClosed) return;
    this.shared.onPush(event);
    const characters = this.socket.push(event, payload);
    if (CHARGED.has(event)) this.costs.chargeBytes(characters);
    this.costs.weigh();
  }

  /** As {@link push}, of a payload that is encoded already. */
  pushJson(event: string, json: string): void {
    if (this.isClosed) return;
    this.shared.onPush(event);
    this.socket.emit(event, json);
    this.costs.weigh();
  }

  /** Does what belongs to no single request when it is the client's turn. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    return this.shared.turns.run(this.costs.party.usage, work);
  }

  giveUp(reason: string): void {
    this.shared.log.debug({ socket: this.id, reason }, 'socket closed');
    this.socket.close();
  }

  /** Takes nothing new; resolves when nothing is being worked on. */
  finish(): Promise<void> {
    if (this.#state === 'open') this.#state = 'finishing';
    return this.#queue.idle();
  }

  #receive(event: string, payload: unknown): void {
    if (this.#state === 'finishing' || (this.isClosed && !outlivesSocket(event))) return;
    const packet = readPacket(event, payload);
    if (!packet) {
      this.shared.log.debug({ socket: this.id }, 'frame without a usable rid dropped');
      return;
    }
    const { rid } = packet;
    const admission = this.costs.admitRequest(event);
    if (admission === 'flood') {
      this.socket.discard();
      return;
    }
    if (admission === 'refused') {
      this.#refuseUnread(event, rid, refuse(CODES.beyondFrequencyLimit));
      return;
    }
    const read = readRequest(packet);
    if (!read) {
      const refusal = refuse(CODES.wireInvalidParameter, 'the payload is not JSON, or is nested too deep');
      this.#refuseUnread(event, rid, refusal);
      return;
    }
    const { request } = read;
    this.costs.chargeRequest(request.canonical.length);
    // Only an account's sends are processed at all, so only they may wait.
    const isQueued = this.#queue.add(this.#session ? read : { request });
    if (!isQueued) this.#refuseUnread(event, rid, refuse(CODES.busy));
  }

  /** Answers a request that is not looked into. */
  #refuseUnread(event: string, rid: number, refusal: Answer): void {
    this.pushJson(ACK, ackOf(rid));
    this.#answer(event, rid, refusal);
    this.#queue.passOver(rid);
  }

  async #serve(request: Request): Promise<Served> {
    const { settings, turns, log } = this.shared;
    // A client that does not read its answers gets no more of them.
    if (this.costs.held > settings.readAheadBytes) await this.socket.drained();
    if (this.isClosed && !outlivesSocket(request.event)) return {};
    const { afterwards, alongside, ...served } = await turns.run(this.costs.party.usage, (turn) =>
      this.#reply(request, turn),
    );
    const following = (afterwards ?? alongside)?.().catch((error: unknown) => {
      log.error({ socket: this.id, event: request.event, err: error }, 'what follows the answer failed');
      this.giveUp('what it was to be sent could not be read');
    });
    if (alongside && following) return { ...served, syncing: following };
    await following;
    return served;
  }

  /** Never fails. */
  async #reply(request: Request, turn: Turn): Promise<Served & Pick<Reply, 'afterwards' | 'alongside'>> {
    const { event, rid } = request;
    try {
      const { answer, ...following } = await this.shared.serve(this, request, turn);
      if (isLater(answer)) return { later: this.#answerLater(request, answer.later) };
      this.#answer(event, rid, answer);
      return following;
    } catch (error) {
      this.#fail(request, error);
      return {};
    }
  }

  #answerLater({ event, rid }: Request, later: Promise<Answer>): Promise<void> {
    return later.then(
      (answer) => this.#answer(event, rid, answer),
      (error: unknown) => this.#fail({ event, rid }, error),
    );
  }

  #fail({ event, rid }: Pick<Request, 'event' | 'rid'>, error: unknown): void {
    this.shared.log.error({ socket: this.id, event, rid, err: error }, 'request failed');
    // It may be stored, and a refusal would deny it. The client asks again elsewhere or later, and gets the first answer.
    if (this.#session && isOutage(error)) return this.giveUp('the database cannot be reached');
    this.#answer(event, rid, refuse(CODES.internalError));
  }

  #answer(event: string, rid: number, answer: Answer): void {
    if (this.isClosed) return;
    const name = isRequestEvent(event) ? (ANSWERED_AS[event] ?? event) : event;
    // Its `ack` has gone out, and there is nothing more to say.
    if (name === ACK) return;
    // Each answer has fields of its own, at least its code.
    const json = `${JSON.stringify(answer).slice(0, -1)},"rid":${rid}}`;
    this.costs.chargeBytes(this.socket.emit(name, json));
    this.costs.weigh();
  }
}
