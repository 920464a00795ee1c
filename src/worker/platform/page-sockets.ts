/**
 * The sockets of a page that has its runtime for itself. They close as the page is left. A browser closes those of a page that ends late, when
 * the next page has a socket of its own. The account would have two for a moment.
 *
 * The runtime takes it for a lost connection, which a page that returns from the back/forward cache restores.
 */
import type { OpenSocket } from './socket.js';

const LEFT = 'the page was left';

export function closingWithPage(open: OpenSocket): OpenSocket {
  const ends = new Set<() => void>();
  let isLeft = false;
  addEventListener('pagehide', () => {
    isLeft = true;
    for (const end of [...ends]) end();
  });
  addEventListener('pageshow', () => {
    isLeft = false;
  });
  return (address, engine, handlers) => {
    if (isLeft) {
      queueMicrotask(() => handlers.onClose(LEFT));
      return { emit: () => undefined, close: async () => undefined };
    }
    const onClose = (reason: string) => {
      ends.delete(end);
      handlers.onClose(reason);
    };
    const socket = open(address, engine, { ...handlers, onClose });
    const end = () => {
      void socket.close();
      onClose(LEFT);
    };
    ends.add(end);
    return {
      emit: (event, payload) => socket.emit(event, payload),
      close() {
        ends.delete(end);
        return socket.close();
      },
    };
  };
}
