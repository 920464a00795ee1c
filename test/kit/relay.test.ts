/** The relay itself, between real Socket.IO clients of both revisions and a real server. A wrong count would prove anything. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import ioV2 from 'socket.io-client-v2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from './relay.js';
import { until } from './until.js';

let http: HttpServer;
let server: Server;
let relay: Relay;
let clients: { close(): unknown }[] = [];
let received: unknown[] = [];

beforeEach(async () => {
  received = [];
  http = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.end(`${request.method} ${request.url}`);
  });
  server = new Server(http, { allowEIO3: true });
  server.on('connection', (socket) => {
    socket.on('login', (data) => socket.emit('login', { rid: data.rid, code: 0 }));
    socket.on('say', (data) => {
      received.push(data.n);
      socket.emit('echo', data);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  relay = await startRelay(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await relay.close();
  await server.close();
});

const OPTIONS = { transports: ['websocket'], forceNew: true, reconnection: false, timeout: 10_000 };

async function connect(account?: string): Promise<Socket> {
  const socket = io(relay.url, OPTIONS);
  clients.push(socket);
  await new Promise((resolve) => socket.once('connect', () => resolve(null)));
  if (account !== undefined) await login(socket, account);
  return socket;
}

async function login(socket: Socket, username: string): Promise<void> {
  const answered = new Promise((resolve) => socket.once('login', resolve));
  socket.emit('login', { rid: 1, username });
  await answered;
}

function echoesOf(socket: Socket): number[] {
  const echoes: number[] = [];
  socket.on('echo', (data: { n: number }) => echoes.push(data.n));
  return echoes;
}

const numbers = (length: number) => Array.from({ length }, (_, n) => n);

test('it forwards plain HTTP both ways, headers included', async () => {
  const response = await fetch(`${relay.url}/dev/auth?appkey=a`);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(await response.text()).toBe('GET /dev/auth?appkey=a');
});

test('it counts the open sockets, their peak and their total', async () => {
  const first = await connect();
  await connect();
  expect([relay.open, relay.peak, relay.total]).toEqual([2, 2, 2]);
  first.close();
  await until('one socket', () => relay.open === 1);
  await connect();
  expect([relay.open, relay.peak, relay.total]).toEqual([2, 2, 3]);
});

test('a socket counts for its account from its opening, although the login comes later', async () => {
  const first = await connect('alice');
  const second = await connect();
  first.close();
  await until('the first to close', () => relay.open === 1);
  expect(relay.peakFor('alice')).toBe(1);
  await login(second, 'alice');
  expect(relay.peakFor('alice')).toBe(2);
  expect(relay.openFor('alice')).toBe(1);
  expect(relay.totalFor('alice')).toBe(2);
  expect(relay.peakFor('bob')).toBe(0);
});

test('sockets one after the other never count as two at once', async () => {
  for (let i = 0; i < 5; i += 1) (await connect('alice')).close();
  expect(relay.totalFor('alice')).toBe(5);
  expect(relay.peakFor('alice')).toBe(1);
});

test('it reads the events of Engine.IO 3 clients too', async () => {
  const client = ioV2(relay.url, OPTIONS);
  clients.push(client);
  const frame = relay.waitFor(({ direction, event }) => direction === 'up' && event === 'login');
  client.on('connect', () => client.emit('login', { rid: 7, username: 'old' }));
  expect((await frame).payload).toEqual({ rid: 7, username: 'old' });
  await relay.waitFor(({ direction, event }) => direction === 'down' && event === 'login');
  expect(relay.peakFor('old')).toBe(1);
});

test('frames pass in order, whichever of them are delayed', async () => {
  const socket = await connect();
  relay.rule(({ payload }) => (Number(payload.n) % 3 === 0 ? { delayMs: 15 } : 'pass'));
  const echoes = echoesOf(socket);
  for (const n of numbers(10)) socket.emit('say', { n });
  await until('all answers', () => echoes.length === 10);
  expect(echoes).toEqual(numbers(10));
});

test('rules drop and repeat frames until they are removed', async () => {
  const socket = await connect();
  const undo = relay.rule(({ direction, payload }) => {
    if (direction === 'down' || payload.n === undefined) return 'pass';
    return payload.n === 1 ? 'drop' : 'repeat';
  });
  const echoes = echoesOf(socket);
  for (const n of numbers(3)) socket.emit('say', { n });
  await until('the answers', () => echoes.length === 4);
  undo();
  socket.emit('say', { n: 1 });
  await until('one more', () => echoes.length === 5);
  expect(echoes).toEqual([0, 0, 2, 2, 1]);
  expect(received).toEqual(echoes);
});

test('a rule can cut the connection at a frame', async () => {
  const socket = await connect();
  const lost = new Promise((resolve) => socket.once('disconnect', resolve));
  relay.rule(({ direction, event }) => (direction === 'down' && event === 'echo' ? 'cut' : 'pass'));
  const echoes = echoesOf(socket);
  socket.emit('say', { n: 1 });
  await lost;
  expect(echoes).toEqual([]);
  expect(received).toEqual([1]);
  await until('the server to notice', () => server.engine.clientsCount === 0);
});

test('it cuts open connections and refuses new ones', async () => {
  const socket = await connect();
  const lost = new Promise((resolve) => socket.once('disconnect', resolve));
  relay.refuse(true);
  expect(relay.open).toBe(1);
  relay.cutAll();
  await lost;
  const refused = new Promise((resolve) => socket.io.once('error', resolve));
  socket.connect();
  await refused;
  await expect(fetch(relay.url)).rejects.toThrow();
  relay.refuse(false);
  await connect();
  expect([relay.open, relay.peak, relay.total]).toEqual([1, 1, 2]);
});

test('while it is frozen nothing passes or closes; afterwards everything arrives', async () => {
  const socket = await connect();
  const echoes = echoesOf(socket);
  relay.freeze(true);
  for (const n of numbers(3)) socket.emit('say', { n });
  await relay.waitFor(({ payload }) => payload.n === 2);
  const late = fetch(`${relay.url}/late`).then((response) => response.text());
  expect(received).toEqual([]);
  expect(server.engine.clientsCount).toBe(1);
  relay.freeze(false);
  await until('all answers', () => echoes.length === 3);
  expect(await late).toBe('GET /late');

  relay.freeze(true);
  socket.close();
  await until('the browser side to be gone', () => relay.open === 0);
  expect(server.engine.clientsCount).toBe(1);
  relay.freeze(false);
  await until('the server to hear of it', () => server.engine.clientsCount === 0);
});

test('a missing server is a failed connection', async () => {
  await server.close();
  const socket = io(relay.url, OPTIONS);
  clients.push(socket);
  await new Promise((resolve) => socket.io.once('error', resolve));
  expect(relay.total).toBe(0);
});

test('a connection that the server ends is ended by the relay too', async () => {
  const socket = await connect();
  const lost = new Promise((resolve) => socket.once('disconnect', resolve));
  server.disconnectSockets(true);
  await lost;
  await until('the count to follow', () => relay.open === 0);
});
