/**
 * Joins the frames of one turn of the event loop into one write to the network. Otherwise each acknowledgement, answer and push is a system call
 * of its own, and these are the largest part of a busy gateway's work.
 */

interface Corkable {
  cork(): void;
  uncork(): void;
}

/** A socket of Engine.IO. */
export interface EngineSocket {
  /** With the TCP connection of a WebSocket; polling has none. */
  readonly transport: { readonly socket?: { readonly _socket?: Corkable | null } };
}

/** The flushes that this turn of the event loop has put off. There is one event loop. */
const due = new Map<EngineSocket, () => void>();

function flushAll(): void {
  const all = [...due];
  due.clear();
  for (const [conn, flush] of all) {
    const tcp = conn.transport.socket?._socket;
    tcp?.cork();
    flush();
    tcp?.uncork();
  }
}

/** From here on the socket writes at the end of a turn. Engine.IO would write the first frame alone, and the others when that is done. */
export function joinWrites(conn: EngineSocket): void {
  const flush: unknown = Reflect.get(conn, 'flush');
  if (typeof flush !== 'function') throw new Error('this version of Engine.IO writes elsewhere');
  const bound = (): void => Reflect.apply(flush, conn, []);
  Reflect.set(conn, 'flush', () => {
    if (due.size === 0) setImmediate(flushAll);
    due.set(conn, bound);
  });
}
