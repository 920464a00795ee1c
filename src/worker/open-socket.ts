/** Opens a socket in the Engine.IO revision that the server speaks. */
import { io } from 'socket.io-client';
import {
  closingOnce,
  OPEN_TIMEOUT_MS,
  type OpenSocket,
  type Socket,
  type SocketHandlers,
  TRANSPORTS,
} from './socket.js';

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
