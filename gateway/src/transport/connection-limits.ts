/**
 * Limits on opening sockets: for one address, before a login, in all, and for each second. These decisions cost almost nothing, since no data
 * exist for the peer yet.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Settings } from '../config.js';
import { TokenBucket, TokenBuckets } from '../util/token-bucket.js';
import { peerAddress } from './peer.js';

/** Of an Engine.IO server. */
interface EngineLike {
  readonly clientsCount: number;
  on(event: 'connection', listener: (socket: EngineSocketLike) => void): unknown;
  on(event: 'headers', listener: (headers: unknown, request: EngineRequest) => void): unknown;
  use(middleware: (request: EngineRequest, response: ServerResponse, next: () => void) => void): unknown;
}

interface EngineSocketLike {
  readonly id: string;
  readonly request: IncomingMessage;
  on(event: string, listener: (argument: unknown) => void): unknown;
  off(event: string, listener: (argument: unknown) => void): unknown;
  close(discard: boolean): unknown;
}

interface EngineRequest extends IncomingMessage {
  _query?: { sid?: string };
}

interface Peer {
  socket: EngineSocketLike;
  address: string;
  isStranger: boolean;
  /** The response of its last poll. */
  polledOver: Socket | undefined;
  /** Counts frames before it has its namespace. */
  countEarly: () => void;
}

interface Count {
  sockets: number;
  strangers: number;
}

type DoorSettings = Pick<
  Settings,
  | 'sockets'
  | 'socketsOfAddress'
  | 'strangersOfAddress'
  | 'handshakeBurst'
  | 'handshakesPerSecond'
  | 'strangerBodyBytes'
  | 'totalStrangerBodyBytes'
>;

/** Frames before a socket has said which namespace it wants: one is enough. */
const EARLY_FRAMES = 10;

export class ConnectionLimits {
  readonly #peers = new Map<string, Peer>();
  readonly #counts = new Map<string, Count>();
  readonly #handshakes: TokenBuckets;
  #engine: EngineLike | undefined;
  /** Bytes of strangers' bodies that are on their way. */
  #arriving = 0;

  constructor(
    private readonly settings: DoorSettings,
    private readonly trustProxy: boolean,
    now: () => number,
  ) {
    const { handshakeBurst, handshakesPerSecond } = settings;
    this.#handshakes = new TokenBuckets(() => new TokenBucket(handshakeBurst, handshakesPerSecond, now));
  }

  /** For Engine.IO's `allowRequest`. */
  readonly allow = (
    request: IncomingMessage,
    decide: (error: string | null | undefined, success: boolean) => void,
  ): void => {
    const refused = this.#refuse(this.#addressOf(request));
    decide(refused, refused === undefined);
  };

  #addressOf({ socket, headers }: IncomingMessage): string {
    return peerAddress(socket.remoteAddress, headers, this.trustProxy);
  }

  #refuse(address: string): string | undefined {
    const { sockets, socketsOfAddress, strangersOfAddress } = this.settings;
    const count = this.#counts.get(address);
    if ((this.#engine?.clientsCount ?? 0) >= sockets) return 'too many sockets';
    if (count && (count.sockets >= socketsOfAddress || count.strangers >= strangersOfAddress)) {
      return 'too many sockets of this address';
    }
    return this.#handshakes.of(address).take() ? undefined : 'too many handshakes of this address';
  }

  watch(engine: EngineLike): void {
    this.#engine = engine;
    engine.on('connection', (socket) => this.#enter(socket));
    engine.on('headers', (_headers, request) => {
      const peer = request.method === 'GET' ? this.#peerOf(request) : undefined;
      if (peer) peer.polledOver = request.socket;
    });
    engine.use((request, response, next) => {
      const refusal = this.#refusePolling(request);
      if (refusal === undefined) {
        next();
        return;
      }
      response.writeHead(refusal, { connection: 'close' }).end();
      this.#peerOf(request)?.socket.close(true);
    });
  }

  /** @returns the status that a request of polling is refused with */
  #refusePolling(request: EngineRequest): number | undefined {
    const peer = this.#peerOf(request);
    if (!peer) return undefined;
    if (request.method === 'POST') {
      return peer.isStranger ? this.#refuseBody(request) : undefined;
    }
    // A client that reads asks for more when it has read what it got.
    const { polledOver } = peer;
    const isUnread = polledOver && !polledOver.destroyed && polledOver.writableLength > 0;
    if (!isUnread || polledOver === request.socket) return undefined;
    polledOver.destroy();
    return 400;
  }

  /** Bodies of clients without a login are held until they are complete. */
  #refuseBody(request: EngineRequest): number | undefined {
    const { strangerBodyBytes, totalStrangerBodyBytes } = this.settings;
    // Every browser says how much it sends.
    const length = Number(request.headers['content-length']);
    if (!(length <= strangerBodyBytes)) return 413;
    if (this.#arriving + length > totalStrangerBodyBytes) return 503;
    this.#arriving += length;
    request.once('close', () => {
      this.#arriving -= length;
    });
    return undefined;
  }

  #peerOf({ _query: query }: EngineRequest): Peer | undefined {
    return this.#peers.get(query?.sid ?? '');
  }

  #enter(socket: EngineSocketLike): void {
    const address = this.#addressOf(socket.request);
    let early = 0;
    const countEarly = (): void => {
      early += 1;
      if (early > EARLY_FRAMES) socket.close(true);
    };
    this.#peers.set(socket.id, { socket, address, isStranger: true, polledOver: undefined, countEarly });
    const count = this.#counts.get(address) ?? { sockets: 0, strangers: 0 };
    count.sockets += 1;
    count.strangers += 1;
    this.#counts.set(address, count);
    socket.on('packet', countEarly);
    socket.on('close', () => {
      this.known(socket.id);
      this.#peers.delete(socket.id);
      count.sockets -= 1;
      if (count.sockets === 0) this.#counts.delete(address);
    });
  }

  /** It has its namespace: from here on its own connection counts what it sends. */
  connected(id: string): void {
    const peer = this.#peers.get(id);
    peer?.socket.off('packet', peer.countEarly);
  }

  /** It is logged in, or gone. */
  known(id: string): void {
    const peer = this.#peers.get(id);
    if (!peer?.isStranger) return;
    peer.isStranger = false;
    const count = this.#counts.get(peer.address);
    if (count) count.strangers -= 1;
  }
}
