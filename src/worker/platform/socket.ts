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
  /**
   * No handler is called afterwards.
   * @returns resolves when the server has seen the end of it, or after `CLOSE_TIMEOUT_MS`
   */
  close(): Promise<void>;
}

export type OpenSocket = (address: string, engine: 3 | 4, handlers: SocketHandlers) => Socket;

/** A server that has not taken the connection by then counts as unreachable. */
export const OPEN_TIMEOUT_MS = 10_000;

/** A server that has not answered the close by then is out of reach. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The part of both libraries' engines that shows the end of a connection: the websocket's close, or the last post of long polling. */
export interface ClosingEngine {
  transport?: {
    readyState?: string;
    ws?: WebSocket | null;
    once(event: 'drain', fn: () => void): void;
  };
}

/** Must run before the library closes the engine, which then drops its websocket and calls itself closed at once. */
export function serverSeesClose({ transport }: ClosingEngine): Promise<void> {
  return new Promise((resolve) => {
    if (!transport || transport.readyState === 'closed') return resolve();
    const late = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    const closed = () => {
      clearTimeout(late);
      resolve();
    };
    if (transport.ws) transport.ws.addEventListener('close', closed);
    else transport.once('drain', closed);
  });
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
