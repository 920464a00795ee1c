/** The gateway's memory for an idle socket: of a stranger, and of a logged-in user. */

import type { WebSocket } from 'ws';
import { md5 } from '../kit/signing.js';
import { bareSocket, frame, initFrame } from '../kit/wire-raw.js';
import { makeAccounts, PASSWORD, type Running, range, startGateway } from './stage.js';

const SOCKETS = 2_000;
/** These sockets are opened first, so that the gateway has loaded all that it loads once. */
const WARM_UP = 200;
/** Sockets that are opened at the same time. */
const AT_ONCE = 25;
/** A gateway limits the sockets of one address, and loopback has many addresses. */
const SOCKETS_OF_ADDRESS = 200;
/** Accounts that one request of the server API makes. */
const ACCOUNTS_AT_ONCE = 500;
const BYTES_PER_KB = 1_024;

const userName = (index: number): string => `idle-${index}`;
const addressOf = (index: number): string => `127.0.1.${1 + Math.floor(index / SOCKETS_OF_ADDRESS)}`;

type Open = (url: string, index: number) => Promise<WebSocket>;

const openStranger: Open = async (url, index) => (await bareSocket(url, addressOf(index))).socket;

const openUser: Open = async (url, index) => {
  const socket = await openStranger(url, index);
  await asked(socket, initFrame(1), '42["c_init"');
  const password = md5(PASSWORD);
  await asked(
    socket,
    frame('login', { username: userName(index), password, version: '2.5.0', rid: 2 }),
    '42["login"',
  );
  await asked(
    socket,
    frame('sync_check', { sync_key: 0, sync_type: 0, sync_event_key: 0, msg_receipt_key: 0, rid: 3 }),
    '42["sync_check"',
  );
  return socket;
};

/** Resolves with the answer. */
function asked(socket: WebSocket, request: string, answer: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (data: unknown): void => {
      const text = String(data);
      if (!text.startsWith(answer)) return;
      socket.off('message', look);
      if (text.includes('"code":0')) resolve();
      else reject(new Error(text));
    };
    socket.on('message', look);
    socket.send(request);
  });
}

/** Prints a line for each. */
export async function idleSockets(gateway: string, data: string | undefined): Promise<void> {
  console.log('');
  for (const [name, open] of [
    ['of a stranger', openStranger],
    ['that is logged in', openUser],
  ] as const) {
    const running = await startGateway(gateway, data);
    try {
      for (let first = 0; first < SOCKETS; first += ACCOUNTS_AT_ONCE)
        await makeAccounts(
          running.url,
          range(ACCOUNTS_AT_ONCE).map((index) => userName(first + index)),
        );
      console.log(`an idle WebSocket ${name}: ${await memoryOf(running, open)}`);
    } catch (error) {
      console.log(`an idle WebSocket ${name} could not be measured: ${String(error)}`);
    } finally {
      running.stop();
    }
  }
}

async function memoryOf(running: Running, open: Open): Promise<string> {
  for (const socket of await openAll(running.url, WARM_UP, open)) socket.terminate();
  const before = await running.probe('collect');
  const sockets = await openAll(running.url, SOCKETS, open);
  const after = await running.probe('collect');
  for (const socket of sockets) socket.terminate();
  const kb = (bytes: number): string => (bytes / SOCKETS / BYTES_PER_KB).toFixed(1);
  return `${kb(after.rss - before.rss)} KB of the process, ${kb(after.heapUsed - before.heapUsed)} KB of it in use (${SOCKETS} sockets)`;
}

async function openAll(url: string, count: number, open: Open): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const indexes = range(Math.min(AT_ONCE, count - first)).map((index) => first + index);
    sockets.push(...(await Promise.all(indexes.map((index) => open(url, index)))));
  }
  return sockets;
}
