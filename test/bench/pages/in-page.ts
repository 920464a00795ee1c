/** The baseline: a page that speaks the wire protocol itself, on its main thread, over a socket of its own. */
import { io, type Socket } from 'socket.io-client';
import SparkMD5 from 'spark-md5';

type Data = Record<string, unknown>;

let socket: Socket;
let rid = 0;

function request(event: string, payload: Data, answer = event): Promise<Data> {
  rid += 1;
  const mine = rid;
  return new Promise((resolve) => {
    const listen = (data: Data) => {
      if (data.rid !== mine) return;
      socket.off(answer, listen);
      resolve(data);
    };
    socket.on(answer, listen);
    socket.emit(event, { ...payload, rid: mine });
  });
}

async function login(url: string, auth: object, user: { username: string; password: string }): Promise<void> {
  socket = io(url, { transports: ['websocket'] });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  await request('c_init', { ...auth, fromPlatForm: 'j' });
  await request('login', { username: user.username, password: SparkMD5.hash(user.password), is_md5: true });
  await request('sync_check', { sync_key: 0, sync_type: 0 });
  socket.on('msg_sync', ({ messages }: { messages: Data[] }) => {
    for (const { msg_id, msg_type, from_uid, from_gid } of messages) {
      rid += 1;
      socket.emit('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid, rid });
    }
  });
}

async function sendInTurn(target: string, count: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < count; i += 1) {
    const content = {
      version: 1,
      target_type: 'single',
      target_id: target,
      from_id: 'alice',
      create_time: Date.now(),
      msg_type: 'text',
      msg_body: { text: `turn ${i}` },
    };
    await request('s_across_single_text', { target_id: target, content }, 's_single_text');
  }
  return (performance.now() - started) / count;
}

function listenInPage(count: number): void {
  let left = count;
  window.bench.arrived = new Promise((resolve) => {
    const listen = ({ messages }: { messages: Data[] }) => {
      left -= messages.length;
      if (left > 0) return;
      socket.off('msg_sync', listen);
      resolve();
    };
    socket.on('msg_sync', listen);
  });
}

Object.assign(window, { bench: { login, sendInTurn, listenInPage } });
