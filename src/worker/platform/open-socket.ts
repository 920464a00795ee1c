/** Opens a socket in the Engine.IO revision that the server speaks. */
import { io } from 'socket.io-client';
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

type Transports = NonNullable<NonNullable<Parameters<typeof io>[1]>['transports']>;

/** Websocket first; polling where that fails before it is open. Both together have as long as `OPEN_TIMEOUT_MS`. */
function openV4(address: string, handlers: SocketHandlers): Socket {
  const once = closingOnce(handlers);
  let over = false;
  const end = (reason: string) => {
    if (over) return;
    void close();
    handlers.onClose(reason);
  };
  const late = setTimeout(() => end('timeout'), OPEN_TIMEOUT_MS);
  let socket = connect(['websocket'], (reason) => {
    // Without a network there is nothing to load it from.
    if (!navigator.onLine) return end(reason);
    import('./polling.js').then(
      ({ Polling }) => {
        if (!over) socket = connect([Polling], end);
      },
      // Whoever cannot be asked for a file cannot be polled either. It is asked for again at the next attempt.
      () => end(reason),
    );
  });

  function connect(transports: Transports, onUnreachable: (reason: string) => void) {
    const tried = io(address, { transports, reconnection: false, forceNew: true, timeout: OPEN_TIMEOUT_MS });
    let reached = false;
    tried.io.once('open', () => {
      reached = true;
    });
    tried.on('connect', () => {
      clearTimeout(late);
      once.onOpen();
    });
    tried.on('connect_error', ({ message }) => {
      if (!over) (reached ? end : onUnreachable)(message);
    });
    tried.on('disconnect', end);
    tried.onAny(once.onEvent);
    return tried;
  }

  function close(): Promise<void> {
    over = true;
    clearTimeout(late);
    once.mute();
    const closed = serverSeesClose(socket.io.engine as object);
    socket.disconnect();
    return closed;
  }

  return { emit: (event, payload) => void socket.emit(event, payload), close };
}

/** Engine.IO 3 is a second client library: it is loaded only where it is asked for. */
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
