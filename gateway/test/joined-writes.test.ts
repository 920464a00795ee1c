/** Frames on their way from the gateway's logic to the network. */
import { createServer } from 'node:http';
import { type AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../test/kit/until.js';
import { socketIoWire, type WireSocket } from '../src/transport/wire-socket.js';

let io: Server;
let client: WebSocket;
let wire: WireSocket;
let tcp: TcpSocket;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  const http = createServer();
  io = new Server(http, { serveClient: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const connected = new Promise<Socket>((resolve) => io.once('connection', resolve));
  const { port } = http.address() as AddressInfo;
  client = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  client.on('message', (data) => received.push(String(data)));
  client.once('open', () => client.send('40'));
  const socket = await connected;
  wire = socketIoWire(socket, { frameBytes: 1_000, closeTimeoutMs: 1_000, trustProxy: false });
  const found: unknown = Reflect.get(Reflect.get(socket.conn.transport, 'socket'), '_socket');
  if (!(found instanceof TcpSocket)) throw new Error('the TCP socket is elsewhere');
  tcp = found;
  await until('the handshake to be through', () => received.length === 2);
});

afterEach(async () => {
  client.close();
  await io.close();
});

/** Counts the system calls that write to the network. */
function countWrites(): () => number {
  let writes = 0;
  for (const name of ['_write', '_writev']) {
    const write: unknown = Reflect.get(tcp, name);
    if (typeof write !== 'function') throw new Error('this version of Node writes elsewhere');
    Reflect.set(tcp, name, (...args: unknown[]) => {
      writes += 1;
      return Reflect.apply(write, tcp, args);
    });
  }
  return () => writes;
}

it('frames of one turn of the event loop leave in one write, in their order', async () => {
  const writes = countWrites();
  for (const rid of [1, 2, 3]) wire.emit('ack', `{"rid":${rid}}`);
  await Promise.resolve();
  process.nextTick(() => wire.push('msg_sync', { messages: [] }));
  await until('all frames to be there', () => received.length === 6);
  expect(received.slice(2)).toEqual([
    ...[1, 2, 3].map((rid) => `42["ack",{"rid":${rid}}]`),
    '42["msg_sync",{"messages":[]}]',
  ]);
  expect(writes()).toBe(1);
});

it('frames wait for the network no longer than their turn', async () => {
  wire.emit('ack', '{"rid":1}');
  expect(wire.backlog()).toBeGreaterThan(0);
  await wire.drained();
  expect(wire.backlog()).toBe(0);
  await until('the frame to be there', () => received.length === 3);
});

it('a close sends what was emitted before it', async () => {
  const closed = new Promise((resolve) => client.once('close', resolve));
  wire.emit('ack', '{"rid":1}');
  wire.emit('login', '{"rid":1}');
  wire.close();
  await closed;
  expect(received.slice(2, 4)).toEqual(['42["ack",{"rid":1}]', '42["login",{"rid":1}]']);
});
