/**
 * A relay between browser and gateway with two purposes. It counts the open sockets of each account from outside, and it is a network that
 * fails on demand.
 *
 * Plain HTTP passes unchanged, except for Socket.IO's polling, which is refused. Websockets pass frame by frame and in order, through the
 * active rules. Every frame is logged.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { type FrameEvent, readFrame } from './frames.js';
import { NetworkGate } from './network-gate.js';
import { type Direction, RelayedSocket, type Verdict } from './relayed-socket.js';
import { SocketLives, type SocketTimes } from './socket-lives.js';

export interface Frame extends FrameEvent {
  direction: Direction;
  text: string;
  socket: RelayedSocket;
}

type Rule = (frame: Frame) => Verdict;

interface WaitOptions {
  timeoutMs?: number;
  /** A `mark()`: earlier log entries do not count. Default: all entries count. */
  since?: number;
}

const WAIT_TIMEOUT_MS = 15_000;
const HOST = '127.0.0.1';

/** Starts a relay in front of a gateway, on a free port. */
export async function startRelay(gatewayUrl: string): Promise<Relay> {
  const relay = new Relay(gatewayUrl);
  await relay.listen();
  return relay;
}

export class Relay {
  /** Every frame that came in, whatever the rules did with it. */
  readonly log: Frame[] = [];
  readonly #gateway: URL;
  readonly #server = http.createServer((request, response) => void this.#forward(request, response));
  readonly #websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #rules = new Set<Rule>();
  readonly #watchers = new Set<(frame: Frame) => void>();
  readonly #lives = new SocketLives();
  #refusing = false;
  #pollingOnly = false;
  readonly #network = new NetworkGate();
  readonly #uploads = new NetworkGate();

  constructor(gatewayUrl: string) {
    this.#gateway = new URL(gatewayUrl);
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, HOST, resolve));
  }

  /** The server's address for browsers. */
  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The number of open sockets. */
  get open(): number {
    return this.sockets.length;
  }

  /** The highest number of sockets that were open at one instant. */
  get peak(): number {
    return this.#lives.peak;
  }

  /** The number of sockets that were ever opened. */
  get total(): number {
    return this.#lives.total;
  }

  get sockets(): RelayedSocket[] {
    return this.#lives.open;
  }

  /** The number of open sockets of an account. */
  openFor(account: string): number {
    return this.sockets.filter((socket) => socket.account === account).length;
  }

  /** The highest number of an account's sockets at one instant. A socket counts from its opening, although it names its account later. */
  peakFor(account: string): number {
    return this.#lives.peakFor(account);
  }

  /** When the sockets of an account opened, presented it, and closed. */
  timesFor(account: string): SocketTimes[] {
    return this.#lives.timesFor(account);
  }

  /** The number of sockets that an account ever had. */
  totalFor(account: string): number {
    return this.#lives.totalFor(account);
  }

  /** Adds a rule, and returns a function that removes it. The first rule with a verdict other than passing decides. */
  rule(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** Ends every connection at once. */
  cutAll(): void {
    for (const socket of this.sockets) socket.cut();
  }

  /** Refuses new connections, as if there were no server. Open connections stay open. */
  refuse(on: boolean): void {
    this.#refusing = on;
  }

  /** A network that lets no websocket through. Polling then passes uncounted. */
  pollingOnly(on: boolean): void {
    this.#pollingOnly = on;
  }

  /** Makes the gateway a stock server for new clients, by removing its extensions from the answers. @returns a function that undoes it */
  asStock(): () => void {
    return this.rule(({ direction, event, payload }) => {
      if (direction !== 'down' || event !== 'c_init') return 'pass';
      const { capabilities: _capabilities, ...rest } = payload;
      return { instead: `42${JSON.stringify([event, rest])}` };
    });
  }

  /** A half-open network: connections stay and nothing passes, not even a close. Frames that came meanwhile pass afterwards. */
  freeze(on: boolean): void {
    this.#network.shut(on);
  }

  /** Uploads fill the network's buffers and get no further until this is undone. */
  holdUploads(on: boolean): void {
    this.#uploads.shut(on);
  }

  /** The current length of the log, for `since`. */
  mark(): number {
    return this.log.length;
  }

  frames(matches: (frame: Frame) => boolean, since = 0): Frame[] {
    return this.log.slice(since).filter(matches);
  }

  /** The first matching frame, from the log or from the future. */
  waitFor(matches: (frame: Frame) => boolean, options: WaitOptions = {}): Promise<Frame> {
    const { timeoutMs = WAIT_TIMEOUT_MS, since = 0 } = options;
    const found = this.frames(matches, since)[0];
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const watch = (frame: Frame) => {
        if (!matches(frame)) return;
        done();
        resolve(frame);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no such frame within ${timeoutMs} ms: ${matches}`));
      }, timeoutMs);
      this.#watchers.add(watch);
    });
  }

  async close(): Promise<void> {
    this.#refusing = true;
    this.freeze(false);
    this.holdUploads(false);
    this.cutAll();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#network.passable();
    if (request.method === 'POST') await this.#uploads.passable();
    if (request.destroyed) return;
    // A client that falls back to polling would pass uncounted.
    if (this.#refusing || (request.url?.startsWith('/socket.io/') && !this.#pollingOnly))
      return void request.socket.destroy();
    const onward = http.request(
      {
        host: this.#gateway.hostname,
        port: this.#gateway.port,
        path: request.url,
        method: request.method,
        headers: request.headers,
        // A connection of its own. The gateway may close a kept one in the moment of its reuse, a fault that no test asked for.
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    await this.#network.passable();
    if (this.#refusing || this.#pollingOnly) return void socket.destroy();
    const target = new URL(request.url ?? '/', this.#gateway);
    target.protocol = 'ws:';
    const { origin, 'user-agent': agent } = request.headers;
    const headers = { ...(origin && { origin }), ...(agent && { 'user-agent': agent }) };
    const gateway = new WebSocket(target, { perMessageDeflate: false, headers });
    // The browser's side opens only after the gateway's, so a missing server is a failed connection.
    const giveUp = () => {
      gateway.terminate();
      socket.destroy();
    };
    // `ws` reports termination as an error, which needs a listener.
    gateway.on('error', giveUp);
    socket.once('close', giveUp);
    gateway.once('open', () => {
      socket.off('close', giveUp);
      if (socket.destroyed || this.#refusing) return giveUp();
      const revision = Number(target.searchParams.get('EIO'));
      this.#websockets.handleUpgrade(request, socket, head, (browser) =>
        this.#connect(browser, gateway, revision),
      );
    });
  }

  #connect(browser: WebSocket, gateway: WebSocket, revision: number): void {
    this.#lives.noteClosed();
    const socket: RelayedSocket = new RelayedSocket(this.#lives.total + 1, revision, browser, gateway, {
      judge: (direction, text) => this.#judge({ direction, text, socket, ...readFrame(text) }),
      thaw: () => this.#network.passable(),
      closed: () => this.#lives.noteClosed(),
    });
    this.#lives.add(socket);
  }

  #judge(frame: Frame): Verdict {
    const { direction, event, payload, socket } = frame;
    const presents = direction === 'up' && (event === 'login' || event === 'resume');
    if (presents && typeof payload.username === 'string') socket.present(payload.username);
    this.log.push(frame);
    for (const watch of this.#watchers) watch(frame);
    for (const rule of this.#rules) {
      const verdict = rule(frame);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }
}
