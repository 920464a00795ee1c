/** Opens a socket in the Engine.IO revision that the server speaks. */
import { Socket as Engine, WebSocket as WebSocketTransport } from 'engine.io-client';
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';
import {
  closingOnce,
  OPEN_TIMEOUT_MS,
  type OpenSocket,
  type Socket,
  type SocketHandlers,
  serverSeesClose,
} from './socket.js';

export const openSocket: OpenSocket = (address, engine, handlers) =>
  engine === 3 ? openLater(address, handlers) : openV4(address, handlers);

type Transports = NonNullable<NonNullable<ConstructorParameters<typeof Engine>[0]>['transports']>;

/** Websocket first; polling if that fails before it is open. Both together have `OPEN_TIMEOUT_MS`. */
function openV4(address: string, handlers: SocketHandlers): Socket {
  const once = closingOnce(handlers);
  const nsp = new URL(address).pathname;
  let isConnected = false;
  let isEnded = false;
  const end = (reason: string) => {
    if (isEnded) return;
    void close();
    handlers.onClose(reason);
  };
  const late = setTimeout(() => end('timeout'), OPEN_TIMEOUT_MS);
  let socket = connect([WebSocketTransport], (reason) => {
    // Without a network the file cannot be loaded.
    if (!navigator.onLine) return end(reason);
    import('./polling.js').then(
      ({ Polling }) => {
        if (!isEnded) socket = connect([Polling], end);
      },
      () => end(reason),
    );
  });

  function connect(transports: Transports, onUnreachable: (reason: string) => void) {
    const tried = new Engine(address, { path: '/socket.io', transports });
    const decoder = new Decoder();
    let isReached = false;
    let hasFailed = false;
    let packet: Packet | undefined;
    // An engine that fails emits an error and then its close.
    const fail = (reason: string) => {
      if (hasFailed || isEnded) return;
      hasFailed = true;
      (isReached ? end : onUnreachable)(reason);
    };
    tried.on('open', () => {
      isReached = true;
      write(tried, { type: PacketType.CONNECT, nsp });
    });
    tried.on('error', (error) => fail(String(error)));
    tried.on('close', fail);
    decoder.on('decoded', (decoded: Packet) => {
      packet = decoded;
    });
    tried.on('data', (data) => {
      packet = undefined;
      try {
        decoder.add(data);
      } catch {
        return end('parse error');
      }
      if (packet) receive(packet);
    });
    return tried;
  }

  function receive({ type, data }: Packet): void {
    switch (type) {
      case PacketType.CONNECT:
        clearTimeout(late);
        isConnected = true;
        return once.onOpen();
      case PacketType.EVENT:
        return once.onEvent(String(data[0]), data[1]);
      case PacketType.CONNECT_ERROR:
      case PacketType.DISCONNECT:
        return end('closed by the server');
    }
  }

  function write(engine: Engine, packet: Packet): void {
    for (const frame of new Encoder().encode(packet)) engine.write(frame);
  }

  function close(): Promise<void> {
    isEnded = true;
    clearTimeout(late);
    once.mute();
    if (isConnected) write(socket, { type: PacketType.DISCONNECT, nsp });
    const closed = serverSeesClose(socket as object);
    socket.close();
    return closed;
  }

  return {
    emit: (event, payload) => write(socket, { type: PacketType.EVENT, nsp, data: [event, payload] }),
    close,
  };
}

/** Engine.IO 3 needs a second client library, which is loaded only for it. */
function openLater(address: string, handlers: SocketHandlers): Socket {
  const once = closingOnce(handlers);
  let closed = false;
  let socket: Socket | undefined;
  import('./socket-v2.js').then(
    ({ openV2 }) => {
      if (!closed) socket = openV2(address, once);
    },
    (error: unknown) => once.onClose(`the Engine.IO 3 client could not be loaded: ${error}`),
  );
  return {
    emit: (event, payload) => socket?.emit(event, payload),
    async close() {
      closed = true;
      once.mute();
      await socket?.close();
    },
  };
}
