/** The Engine.IO 3 form of {@link Socket}: what JMessage's own service and Socket.IO 2 servers speak. */
import io from 'socket.io-client-v2';
import { OPEN_TIMEOUT_MS, type Socket, type SocketHandlers, serverSeesClose } from './socket.js';

interface Packet {
  data?: unknown[];
}

export function openV2(address: string, handlers: SocketHandlers): Socket {
  const socket = io(address, {
    // Stock V2's order.
    transports: ['websocket', 'polling'],
    reconnection: false,
    forceNew: true,
    timeout: OPEN_TIMEOUT_MS,
  });
  socket.on('connect', handlers.onOpen);
  for (const event of ['connect_error', 'connect_timeout', 'error']) {
    socket.on(event, (error: unknown) => handlers.onClose(String(error ?? event)));
  }
  socket.on('disconnect', (reason: unknown) => handlers.onClose(String(reason)));
  // This revision has no onAny: its packets are read where it reads them itself.
  socket.onevent = (packet: Packet) => {
    const [event, payload] = packet.data ?? [];
    if (typeof event === 'string') handlers.onEvent(event, payload);
  };
  return {
    emit: (event, payload) => void socket.emit(event, payload),
    close() {
      const closed = serverSeesClose(socket.io.engine);
      socket.close();
      return closed;
    },
  };
}
