/**
 * The seam between the protocol and its transport: the gateway's logic knows a {@link WireSocket} and nothing of Socket.IO.
 * The adapter below fits the server sockets of Socket.IO 2 and 4 alike. It promises that nothing is reported after the close, that a
 * frame which is too large or not text closes the socket, and that emitting never throws.
 */
import { lastOf, peerAddress } from './peer.js';

export interface WireSocket {
  readonly id: string;
  /** The peer's network address. */
  readonly address: string;
  /** The address under which the peer reached this server, such as `https://im.example.org`. */
  readonly origin: string;
  onPacket(listener: (event: string, ...args: unknown[]) => void): void;
  onClose(listener: () => void): void;
  emit(event: string, payload: object): void;
  /** Closes after what was emitted has been written. */
  close(): void;
  /** What waits to be written, in characters. */
  backlog(): number;
  /** Resolves when the backlog has been handed to the network, or the socket has closed. */
  drained(): Promise<void>;
}

interface EngineSocketLike {
  on(event: string, listener: (argument: unknown) => void): unknown;
}

/** What Socket.IO 2 and 4 have in common. */
export interface SocketIoSocketLike {
  readonly id: string;
  readonly handshake: {
    readonly address: string;
    readonly secure: boolean;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  };
  readonly conn: EngineSocketLike;
  use(middleware: (packet: unknown[], next: (error?: Error) => void) => void): unknown;
  on(event: string, listener: () => void): unknown;
  emit(event: string, payload: object): unknown;
  disconnect(close: boolean): unknown;
}

/** Names that Socket.IO keeps for itself: emitting one throws, or is not sent. */
const RESERVED = new Set([
  'connect',
  'connect_error',
  'connecting',
  'disconnect',
  'disconnecting',
  'error',
  'newListener',
  'removeListener',
]);

export interface WireOptions {
  readonly frameBytes: number;
  /** See `GatewayOptions.trustProxy`. */
  readonly trustProxy: boolean;
}

export function socketIoWire(socket: SocketIoSocketLike, options: WireOptions): WireSocket {
  const { conn } = socket;
  let closed = false;
  const closeListeners: (() => void)[] = [];
  /** Size of Engine.IO's write buffer, which is its own business; these two events say how it changes. */
  let waiting = 0;
  let drainListeners: (() => void)[] = [];
  conn.on('packetCreate', (packet) => {
    const data = dataOf(packet);
    waiting += typeof data === 'string' ? data.length : 1;
  });
  const drain = (): void => {
    waiting = 0;
    const listeners = drainListeners;
    drainListeners = [];
    for (const listener of listeners) listener();
  };
  conn.on('drain', drain);

  const finish = (): void => {
    closed = true;
    for (const listener of closeListeners.splice(0)) listener();
    drain();
  };
  socket.on('disconnect', finish);
  socket.on('error', () => socket.disconnect(true));

  const close = (): void => {
    socket.disconnect(true);
  };

  // Ahead of the decoder, since nothing after it knows a frame's size.
  conn.on('packet', (packet) => {
    if (closed || fits(packet, options.frameBytes)) return;
    finish();
    close();
  });

  return {
    id: socket.id,
    address: peerAddress(socket.handshake.address, socket.handshake.headers, options.trustProxy),
    origin: originOf(socket, options.trustProxy),
    onPacket: (listener) => {
      // A middleware that never calls `next` sees every event and leaves nothing to the emitter, where names have meanings.
      socket.use((packet) => {
        if (closed) return;
        const [event, ...args] = packet;
        if (typeof event === 'string') listener(event, ...args);
      });
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
    emit: (event, payload) => {
      if (!closed && !RESERVED.has(event)) socket.emit(event, payload);
    },
    close,
    backlog: () => waiting,
    drained: () => {
      if (closed || waiting === 0) return Promise.resolve();
      return new Promise((resolve) => {
        drainListeners.push(resolve);
      });
    },
  };
}

/** By the client's word, which is good enough for what the client itself is told. */
function originOf({ handshake }: SocketIoSocketLike, trustProxy: boolean): string {
  const { headers, secure } = handshake;
  const scheme = (trustProxy && lastOf(headers['x-forwarded-proto'])) || (secure ? 'https' : 'http');
  const origin = `${scheme}://${lastOf(headers.host)}`;
  return URL.canParse(origin) ? new URL(origin).origin : '';
}

/** Packets of the protocol are text; anything binary is not of this protocol. */
function fits(packet: unknown, maxBytes: number): boolean {
  const data = dataOf(packet);
  if (data === undefined || data === null) return true;
  if (typeof data !== 'string') return false;
  return data.length <= maxBytes / 3 || Buffer.byteLength(data) <= maxBytes;
}

function dataOf(packet: unknown): unknown {
  return typeof packet === 'object' && packet !== null && 'data' in packet ? packet.data : undefined;
}
