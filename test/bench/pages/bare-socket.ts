/**
 * The baseline in a page: the wire protocol over a Socket.IO socket of the page's own, everything on its main thread, as V2 works. It does
 * what V2 does for each message and nothing more: it acknowledges it and calls the listener.
 */

import { io, type Socket } from 'socket.io-client';
import SparkMD5 from 'spark-md5';
import {
  Arrivals,
  type BenchPage,
  burstOf,
  keepBusy,
  latenciesOf,
  loafing,
  longestTask,
} from './bench-page.js';

type Data = Record<string, unknown>;

let socket: Socket;
let rid = 0;
let username = '';
const arrivals = new Arrivals();
const waiting = new Map<number, (answer: Data) => void>();

function request(event: string, payload: Data): Promise<Data> {
  rid += 1;
  const own = rid;
  return new Promise((resolve) => {
    waiting.set(own, resolve);
    socket.emit(event, { ...payload, rid: own });
  });
}

function settle(answer: Data): void {
  const own = Number(answer.rid);
  waiting.get(own)?.(answer);
  waiting.delete(own);
}

async function send(target: string, text: string): Promise<void> {
  const content = {
    version: 1,
    target_type: 'single',
    target_id: target,
    from_id: username,
    create_time: Date.now(),
    msg_type: 'text',
    msg_body: { text },
  };
  const { code, message } = await request('s_across_single_text', { target_id: target, content });
  if (code !== undefined && code !== 0) throw new Error(`${code} ${message}`);
}

function received(messages: Data[]): void {
  for (const { msg_id, msg_type, from_uid, from_gid } of messages) {
    rid += 1;
    socket.emit('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid, rid });
    arrivals.note();
  }
}

const page: BenchPage = {
  async login(url, auth, user) {
    const started = performance.now();
    socket = io(url, { transports: ['websocket'], forceNew: true });
    for (const event of ['c_init', 'login', 'sync_check', 's_single_text']) socket.on(event, settle);
    socket.on('msg_sync', ({ messages }: { messages: Data[] }) => received(messages));
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    await request('c_init', { ...auth, fromPlatForm: 'j' });
    await request('login', { username: user.username, password: SparkMD5.hash(user.password), is_md5: true });
    const took = performance.now() - started;
    username = user.username;
    await request('sync_check', { sync_key: 0, sync_type: 0 });
    return took;
  },
  sendInTurn: (targets, count) => latenciesOf(targets, count, send),
  burst: (targets, count) => burstOf(targets, count, send),
  listen: (count) => arrivals.expect(count),
  get arrived() {
    return arrivals.all;
  },
  get batches() {
    return arrivals.batches;
  },
  keepBusy,
  longestTask,
  loafing,
};
window.bench = page;
