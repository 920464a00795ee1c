/**
 * A socket, as the runtime wants it: opened once, closed once, events in between. Both Engine.IO revisions are hidden behind this;
 * neither reconnects by itself, since coming back (and with what login) is the session's business.
 */
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
