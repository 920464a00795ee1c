/** Clients that misbehave as no library does: bare Engine.IO over HTTP and over WebSocket. */
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { APPKEY, type Client, SECRET, sign, textTo } from './wire-socket.js';

const EIO = '/socket.io/?EIO=4&transport=';

/** A session of Engine.IO 4 over polling, as far as its namespace. */
export class Polling {
  private constructor(
    private readonly url: string,
    readonly sid: string,
  ) {}

  static async open(gateway: string): Promise<Polling> {
    const response = await fetch(`${gateway}${EIO}polling`);
    if (!response.ok) throw new Error(`the handshake was refused: ${response.status}`);
    const { sid } = JSON.parse((await response.text()).slice(1)) as { sid: string };
    const polling = new Polling(`${gateway}${EIO}polling&sid=${sid}`, sid);
    await polling.post('40');
    await polling.poll();
    return polling;
  }

  async post(body: string): Promise<number> {
    const response = await fetch(this.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain' },
    });
    await response.text();
    return response.status;
  }

  /** @returns the packets, or the status that it was refused with */
  async poll(): Promise<string[] | number> {
    const response = await fetch(this.url);
    const text = await response.text();
    return response.ok ? text.split('\x1e') : response.status;
  }

  /** Sends a request and polls until its answer. */
  async ask(event: string, payload: object, rid: number): Promise<string> {
    await this.post(frame(event, { ...payload, rid }));
    for (;;) {
      const packets = await this.poll();
      if (typeof packets === 'number') throw new Error(`refused: ${packets}`);
      const answer = packets.find((packet) => packet.startsWith(`42["${event}"`));
      if (answer !== undefined) return answer;
      if (packets.includes('2')) await this.post('3');
    }
  }

  async isThere(): Promise<boolean> {
    const response = await fetch(this.url, { method: 'POST', body: '3' });
    return response.ok;
  }
}

export const frame = (event: string, payload: object): string => `42${JSON.stringify([event, payload])}`;

export const initFrame = (rid: number): string =>
  frame('c_init', { ...sign(APPKEY, SECRET, Date.now()), rid });

/**
 * @param localAddress its address of this machine
 * @returns a WebSocket in its namespace, and a promise of its close code
 */
export async function bareSocket(
  gateway: string,
  localAddress?: string,
): Promise<{ socket: WebSocket; closed: Promise<number> }> {
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}${EIO}websocket`, { localAddress });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    void closed.then((code) => reject(new Error(`closed: ${code}`)));
    socket.on('message', (message) => {
      const text = String(message);
      if (text.startsWith('0{')) socket.send('40');
      if (text.startsWith('40{')) resolve();
      if (text === '2') socket.send('3');
    });
  });
  return { socket, closed };
}

/** Sends the beginning of an HTTP request and no more. @returns the answer before the end */
export function half(port: number, lines: readonly string[]): { socket: Socket; ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let received = '';
  socket.on('data', (data) => {
    received += String(data);
  });
  socket.write(lines.join('\r\n'));
  return { socket, ended: new Promise((resolve) => socket.on('close', () => resolve(received))) };
}

interface Below {
  io: { engine: { transport: { ws: WebSocket } } };
}

/** Stops the client from reading its socket. */
export function stopReading(client: Client): void {
  (client.socket as unknown as Below).io.engine.transport.ws.pause();
}

/** A message of almost the maximum frame size. */
export function largeTo(to: string, bytes = 56 * 1_024): object {
  const payload = textTo(to, '') as { content: object };
  return {
    ...payload,
    content: { ...payload.content, msg_type: 'custom', msg_body: { x: 'x'.repeat(bytes) } },
  };
}
