/** The answer of a gateway that stops to new clients. A balancer that gets it tries another node, where a closed socket would be the client's loss. */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const STOPPING = 503;
const SOCKETS = '/socket.io/';

/** Requests of a session that there is name it: polling, and its upgrade. */
const isNew = ({ url = '' }: IncomingMessage): boolean => url.startsWith(SOCKETS) && !/[?&]sid=/.test(url);

/** From here on the server takes no new sockets. Its sessions go on. */
export function turnAway(server: Server): void {
  instead(server, 'request', (_request, response: ServerResponse) => {
    response.writeHead(STOPPING, { connection: 'close' }).end();
  });
  instead(server, 'upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${STOPPING} ${STATUS_CODES[STOPPING]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });
}

/** Engine.IO has no seat for this: its own listeners get what is not new. */
function instead<A extends [IncomingMessage, ...unknown[]]>(
  server: Server,
  event: 'request' | 'upgrade',
  refuse: (...given: A) => void,
): void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (...given: unknown[]) => {
    const [request] = given as A;
    if (isNew(request)) refuse(...(given as A));
    else for (const listener of listeners) Reflect.apply(listener, server, given);
  });
}
