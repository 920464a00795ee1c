/**
 * A socket, as the runtime wants it: opened once, closed once, events in between. Both Engine.IO revisions are hidden behind this;
 * neither reconnects by itself, since coming back (and with what login) is the session's business.
 */
import { io } from 'socket.io-client';

export interface SocketHandlers {
  onOpen(): void;
  /** Called once, also when the socket never opened. */
  onClose(reason: string): void;
  onEvent(event: string, payload: unknown): void;
}

export interface Socket {
  emit(event: string, payload: object): void;
  /** No handler is called afterwards. */
  close(): void;
}

export type OpenSocket = (address: string, engine: 3 | 4, handlers: SocketHandlers) => Socket;

/** A server that has not taken the connection by then counts as unreachable. */
export const OPEN_TIMEOUT_MS = 10_000;

/** Stock V2's order: websocket first, polling where that does not get through. */
export const TRANSPORTS = ['websocket', 'polling'];

export const openSocket: OpenSocket = (address, engine, handlers) =>
  engine === 3 ? openLater(address, handlers) : openV4(address, handlers);

function openV4(address: string, handlers: SocketHandlers): Socket {
  const once = closingOnce(handlers);
  const socket = io(address, {
    transports: TRANSPORTS,
    tryAllTransports: true,
    reconnection: false,
    forceNew: true,
    timeout: OPEN_TIMEOUT_MS,
  });
  socket.on('connect', once.onOpen);
  socket.on('connect_error', (error) => once.onClose(error.message));
  socket.on('disconnect', once.onClose);
  socket.onAny(once.onEvent);
  return {
    emit: (event, payload) => void socket.emit(event, payload),
    close() {
      once.mute();
      socket.disconnect();
    },
  };
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
    close() {
      closed = true;
      once.mute();
      socket?.close();
    },
  };
}

/** Makes `onClose` the last call and a single one, whatever the library does. */
export function closingOnce(handlers: SocketHandlers): SocketHandlers & { mute(): void } {
  let over = false;
  return {
    onOpen: () => {
      if (!over) handlers.onOpen();
    },
    onClose: (reason) => {
      if (over) return;
      over = true;
      handlers.onClose(reason);
    },
    onEvent: (event, payload) => {
      if (!over) handlers.onEvent(event, payload);
    },
    mute: () => {
      over = true;
    },
  };
}
