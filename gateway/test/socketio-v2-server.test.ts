/** The protocol does not depend on what carries it: the very same logic on a Socket.IO 2 server, as the service itself runs. */
import { createServer, type Server as HttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshData, type TestData } from '../../test/kit/gateway-database.js';
import { Clients, openStore } from '../../test/kit/gateway-in-process.js';
import { APPS } from '../../test/kit/wire-socket.js';
import { DEFAULTS } from '../src/config.js';
import { createGateway, type Gateway } from '../src/gateway.js';
import type { Store } from '../src/store/index.js';
import { type SocketIoSocketLike, socketIoWire } from '../src/transport/wire-socket.js';

interface ServerV2 {
  on(event: 'connection', listener: (socket: SocketIoSocketLike) => void): void;
  close(done: () => void): void;
}
/** It has no types. */
const listenV2: (http: HttpServer) => ServerV2 = createRequire(import.meta.url)('socket.io-v2');

let data: TestData;
let store: Store;
let gateway: Gateway;
let io: ServerV2;
let url: string;
const clients = new Clients(() => url);
beforeAll(async () => {
  data = await freshData();
  store = await openStore(data.path);
  const http = createServer();
  io = listenV2(http);
  gateway = createGateway({
    apps: new Map(Object.entries(APPS)),
    settings: DEFAULTS,
    store,
    log: pino({ level: 'silent' }),
    now: Date.now,
  });
  io.on('connection', (socket) => gateway.accept(socketIoWire(socket, { ...DEFAULTS, trustProxy: false })));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  clients.leave();
  await gateway.close();
  await new Promise<void>((resolve) => io.close(resolve));
  await store.close();
  await data.remove();
});

it('two users talk, and one of them misses nothing', async () => {
  const alice = await clients.liveUser('alice', 'v2');
  const bob = await clients.liveUser('bob', 'v2');
  await alice.send('bob', 'one');
  const [first] = await bob.live(1);
  if (first) await bob.acknowledge(first);
  bob.close();
  await bob.next('disconnect');
  await alice.send('bob', 'two');
  const back = await clients.user('bob', 'v2');
  await back.sync(0, 0);
  const { messages } = await back.next('sync_conversation');
  expect(messages).toMatchObject([
    { from_username: 'alice', msgs: [{ content: { msg_body: { text: 'two' } } }] },
  ]);
});

it('the older of two sessions is told and closed', async () => {
  const older = await clients.user('carol', 'v2');
  await clients.user('carol', 'v2');
  expect(await older.next('event_notification')).toMatchObject({ event_type: 1, extra: 0 });
  await older.next('disconnect');
});

it('a frame above the limit closes the socket', async () => {
  const client = await clients.connect('v2');
  client.socket.emit('c_init', { rid: 1, padding: 'x'.repeat(DEFAULTS.frameBytes) });
  await client.next('disconnect');
  expect(client.all('ack')).toEqual([]);
});
