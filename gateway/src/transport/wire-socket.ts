/**
 * The seam between the protocol and its transport: the gateway's logic knows a {@link WireSocket} and nothing of Socket.IO.
 * The adapter below fits the server sockets of Socket.IO 2 and 4 alike. It reports nothing after the close, and emitting never throws. A
 * frame that is too large or not text closes the socket. A peer that does not read cannot keep a closed socket alive.
 */
import { type EngineSocket, joinWrites } from './joined-writes.js';
import { lastOf, peerAddress } from './peer.js';

export interface WireSocket {
  readonly id: string;
  /** The source of the peer, see `sourceOf`. */
  readonly address: string;
  /** The beginning of the peer's `User-Agent`. */
  readonly agent: string;
  /** The address under which the peer reached this server, such as `https://im.example.org`. */
  readonly origin: string;
  onPacket(listener: (event: string, ...args: unknown[]) => void): void;
  /** It is logged in, and no longer counts as a stranger's. */
  welcome(): void;
  /** Is asked about each frame, by its characters, before anything of it is read; false discards the socket. */
  onFrame(guard: (characters: number) => boolean): void;
  onClose(listener: () => void): void;
  /** @param json the payload @returns its size in characters */
  emit(event: string, json: string): number;
  /** The same for a payload that may go to many sockets: it is encoded once, and must not change any more. */
  push(event: string, payload: object): number;
  /** Closes after what was emitted has been written, or when that takes too long. */
  close(): void;
  /** Closes at once; what waits to be written is thrown away. */
  discard(): void;
  /** The characters that wait for the network; 0 after the close. */
  backlog(): number;
  /** Is called whenever the backlog has become less. */
  onDrain(listener: () => void): void;
  /** Resolves when the backlog has been handed to the network, or the socket has closed. */
  drained(): Promise<void>;
}

interface TransportLike {
  on(event: string, listener: () => void): unknown;
  /** Of a WebSocket. */
  readonly socket?: { terminate?(): void };
}

interface EngineSocketLike extends EngineSocket {
  readonly transport: TransportLike & EngineSocket['transport'];
  on(event: string, listener: (argument: unknown) => void): unknown;
  write(packet: string): unknown;
  close(discard: boolean): unknown;
}

/** The common part of Socket.IO 2 and 4. */
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

const MAX_AGENT_CHARS = 256;

interface WireOptions {
  readonly frameBytes: number;
  /** How long a close waits for the peer to take what it was sent. */
  readonly closeTimeoutMs: number;
  /** See `GatewayOptions.trustProxy`. */
  readonly trustProxy: boolean;
  /** Is told when the socket is logged in. */
  readonly onWelcome?: () => void;
}

export function socketIoWire(socket: SocketIoSocketLike, options: WireOptions): WireSocket {
  const { conn } = socket;
  const backlog = backlogOf(conn);
  joinWrites(conn);
  let closed = false;
  let guard = (_characters: number): boolean => true;
  const closeListeners: (() => void)[] = [];
  let closeTimer: NodeJS.Timeout | undefined;
  conn.on('close', () => {
    clearTimeout(closeTimer);
    backlog.clear();
  });

  const finish = (): void => {
    closed = true;
    for (const listener of closeListeners.splice(0)) listener();
    backlog.release();
  };
  const discard = (): void => {
    clearTimeout(closeTimer);
    finish();
    // Engine.IO would wait for the closing handshake of a peer that may never answer.
    conn.transport.socket?.terminate?.();
    conn.close(true);
    socket.disconnect(true);
    backlog.clear();
  };
  const close = (): void => {
    if (closeTimer) return;
    closeTimer = setTimeout(discard, options.closeTimeoutMs);
    closeTimer.unref();
    socket.disconnect(true);
  };
  /** @returns its size in characters */
  const write = (packet: string): number => {
    const before = backlog.made();
    conn.write(packet);
    return backlog.made() - before;
  };
  socket.on('disconnect', finish);
  socket.on('error', close);

  // Ahead of the decoder, since nothing after it knows a frame's size.
  conn.on('packet', (packet) => {
    if (closed) return;
    const characters = sizeOf(packet);
    if (!fits(packet, options.frameBytes) || !guard(characters)) discard();
  });

  return {
    id: socket.id,
    address: peerAddress(socket.handshake.address, socket.handshake.headers, options.trustProxy),
    agent: String(socket.handshake.headers['user-agent'] ?? '').slice(0, MAX_AGENT_CHARS),
    origin: originOf(socket, options.trustProxy),
    onPacket: (listener) => {
      // A middleware that never calls `next` sees every event and leaves nothing to the emitter, where names have meanings.
      socket.use((packet) => {
        if (closed) return;
        const [event, ...args] = packet;
        if (typeof event === 'string') listener(event, ...args);
      });
    },
    welcome: () => options.onWelcome?.(),
    onFrame: (asked) => {
      guard = asked;
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
    emit: (event, json) => {
      if (closed || RESERVED.has(event)) return 0;
      return write(packetOf(event, json));
    },
    push: (event, payload) => {
      if (closed || RESERVED.has(event)) return 0;
      return write(encodedOnce(event, payload));
    },
    close,
    discard,
    backlog: () => backlog.size(),
    onDrain: (listener) => backlog.onDrain(listener),
    drained: () => (closed ? Promise.resolve() : backlog.drained()),
  };
}

/** Socket.IO's packet type of an event in the main namespace. */
const EVENT_PACKET = '2';
const encoded = new WeakMap<object, { event: string; packet: string }>();

/** As Socket.IO encodes a packet that has nothing binary. */
const packetOf = (event: string, json: string): string => `${EVENT_PACKET}[${JSON.stringify(event)},${json}]`;

function encodedOnce(event: string, payload: object): string {
  const known = encoded.get(payload);
  if (known?.event === event) return known.packet;
  const packet = packetOf(event, JSON.stringify(payload));
  encoded.set(payload, { event, packet });
  return packet;
}

/** Engine.IO's buffer is private. Its events show the changes: a packet is created, handed to the transport, taken by the network. */
function backlogOf(conn: EngineSocketLike) {
  let queued = 0;
  let underWay = 0;
  let made = 0;
  let waiting: (() => void)[] = [];
  let onDrain = (): void => {};
  conn.on('packetCreate', (packet) => {
    const size = Math.max(1, sizeOf(packet));
    queued += size;
    made += size;
  });
  conn.on('flush', () => {
    underWay += queued;
    queued = 0;
  });
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const changed = (): void => {
    onDrain();
    if (queued + underWay === 0) release();
  };
  const follow = (transport: TransportLike): void => {
    transport.on('drain', () => {
      underWay = 0;
      changed();
    });
  };
  follow(conn.transport);
  conn.on('upgrade', () => {
    underWay = 0;
    changed();
    follow(conn.transport);
  });
  return {
    size: (): number => queued + underWay,
    /** All that was ever made. */
    made: (): number => made,
    clear: (): void => {
      queued = 0;
      underWay = 0;
      changed();
    },
    release,
    onDrain: (listener: () => void): void => {
      onDrain = listener;
    },
    drained: (): Promise<void> =>
      queued + underWay === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting = [...waiting, resolve];
          }),
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

function sizeOf(packet: unknown): number {
  const data = dataOf(packet);
  return typeof data === 'string' ? data.length : 0;
}

function dataOf(packet: unknown): unknown {
  return typeof packet === 'object' && packet !== null && 'data' in packet ? packet.data : undefined;
}
