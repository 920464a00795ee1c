/** The gateway's own logic on a Socket.IO 2 server, which speaks Engine.IO 3 only, as stock JMessage servers do. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import serverV2 from 'socket.io-v2';
import { DEFAULTS } from '../../gateway/src/config.js';
import { createGateway } from '../../gateway/src/gateway.js';
import { Store } from '../../gateway/src/store/index.js';
import { type SocketIoSocketLike, socketIoWire } from '../../gateway/src/transport/wire-socket.js';

export interface GatewayV2 {
  readonly url: string;
  close(): Promise<void>;
}

export async function startGatewayV2(apps: ReadonlyMap<string, string>): Promise<GatewayV2> {
  const store = await Store.open('memory', DEFAULTS, Date.now);
  const log = pino({ level: 'silent' });
  const gateway = createGateway({ apps, settings: DEFAULTS, store, log, now: Date.now });
  const server = http.createServer();
  const io = serverV2(server, { serveClient: false });
  io.on('connection', (socket: SocketIoSocketLike) =>
    gateway.accept(socketIoWire(socket, { ...DEFAULTS, trustProxy: false })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await gateway.close();
      await new Promise<void>((resolve) => io.close(() => resolve()));
      await store.close();
    },
  };
}
