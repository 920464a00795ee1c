/**
 * A relay between browser and gateway, for two purposes: it counts from the outside how many sockets are open, and for whom; and it is
 * the network that fails on demand.
 *
 * Plain HTTP passes as it is, Socket.IO's polling excepted, which does not pass at all. Websockets pass frame by frame and in order, past the rules in force; every frame is logged.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { type FrameEvent, readFrame } from './frames.js';
import { type Direction, RelayedSocket, type Verdict } from './relayed-socket.js';

export interface Frame extends FrameEvent {
  direction: Direction;
  text: string;
  socket: RelayedSocket;
}

export type Rule = (frame: Frame) => Verdict;

export interface WaitOptions {
  timeoutMs?: number;
  /** A `mark()`: what was logged before does not count. Default: everything counts. */
  since?: number;
}

const WAIT_TIMEOUT_MS = 15_000;
const HOST = '127.0.0.1';

interface Life {
  socket: RelayedSocket;
  openedAt: number;
  closedAt: number;
}

/** Starts a relay in front of a gateway, on a free port. */
export async function startRelay(gatewayUrl: string): Promise<Relay> {
  const relay = new Relay(gatewayUrl);
  await relay.listen();
  return relay;
}

export class Relay {
  /** Every frame that came in, what the rules made of it notwithstanding. */
  readonly log: Frame[] = [];
  readonly #gateway: URL;
  readonly #server = http.createServer((request, response) => void this.#forward(request, response));
  readonly #websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #rules = new Set<Rule>();
  readonly #watchers = new Set<(frame: Frame) => void>();
  readonly #lives: Life[] = [];
  /** Counts openings and closings: their order, which is all that overlaps are about. */
  #moment = 0;
  #refusing = false;
  #pollingOnly = false;
  readonly #network = new Gate();
  readonly #uploads = new Gate();

  constructor(gatewayUrl: string) {
    this.#gateway = new URL(gatewayUrl);
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, HOST, resolve));
  }

  /** What browsers use as the server's address. */
  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sockets open now. */
  get open(): number {
    return this.sockets.length;
  }

  /** The most that were open at one instant. */
  get peak(): number {
    return peakOf(this.#lives);
  }

  /** All that were ever opened. */
  get total(): number {
    return this.#lives.length;
  }

  get sockets(): RelayedSocket[] {
    return this.#lives.map((life) => life.socket).filter((socket) => socket.open);
  }

  /** Sockets of an account that are open now. */
  openFor(account: string): number {
    return this.sockets.filter((socket) => socket.account === account).length;
  }

  /** The most sockets of an account at one instant. A socket counts from its opening on, though it tells whose it is only later. */
  peakFor(account: string): number {
    this.#noteClosed();
    return peakOf(this.#lives.filter((life) => life.socket.account === account));
  }

  /** All sockets that an account ever had. */
  totalFor(account: string): number {
    return this.#lives.filter((life) => life.socket.account === account).length;
  }

  /** Puts a rule in force, until the undo that it returns. The first rule that does not let a frame pass decides. */
  rule(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** Ends every connection at once. */
  cutAll(): void {
    for (const socket of this.sockets) socket.cut();
  }

  /** Lets nobody connect, as if there were no server; what is open stays open. */
  refuse(on: boolean): void {
    this.#refusing = on;
  }

  /** A network that lets no websocket through. What passes instead is not counted. */
  pollingOnly(on: boolean): void {
    this.#pollingOnly = on;
  }

  /** Makes the gateway a stock server to who comes from now on: what it can do beyond the original protocol is not said. @returns the undo */
  asStock(): () => void {
    return this.rule(({ direction, event, payload }) => {
      if (direction !== 'down' || event !== 'c_init') return 'pass';
      const { capabilities: _capabilities, ...rest } = payload;
      return { instead: `42${JSON.stringify([event, rest])}` };
    });
  }

  /** Half-open: connections stay and nothing passes, not even a close. What came meanwhile passes when it is over. */
  freeze(on: boolean): void {
    this.#network.shut(on);
  }

  /** Uploads get no further than what the network's buffers take of them, until it is over. */
  holdUploads(on: boolean): void {
    this.#uploads.shut(on);
  }

  /** The log's length now: for `since`. */
  mark(): number {
    return this.log.length;
  }

  frames(matches: (frame: Frame) => boolean, since = 0): Frame[] {
    return this.log.slice(since).filter(matches);
  }

  /** The first frame that matches, logged already or still to come. */
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
        // One of its own: a connection that is kept may be closed by the gateway just as it is used again, a fault that nobody asked for.
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
    // The browser's side opens only behind the gateway's: a server that is not there is a connection that fails.
    const giveUp = () => {
      gateway.terminate();
      socket.destroy();
    };
    // Giving up is itself an error to `ws`, which nobody else listens for.
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
    this.#noteClosed();
    const socket: RelayedSocket = new RelayedSocket(this.#lives.length + 1, revision, browser, gateway, {
      judge: (direction, text) => this.#judge({ direction, text, socket, ...readFrame(text) }),
      thaw: () => this.#network.passable(),
      closed: () => this.#noteClosed(),
    });
    this.#moment += 1;
    this.#lives.push({ socket, openedAt: this.#moment, closedAt: Number.POSITIVE_INFINITY });
  }

  #judge(frame: Frame): Verdict {
    const { direction, event, payload, socket } = frame;
    const presents = direction === 'up' && (event === 'login' || event === 'resume');
    if (presents && typeof payload.username === 'string') socket.account = payload.username;
    this.log.push(frame);
    for (const watch of this.#watchers) watch(frame);
    for (const rule of this.#rules) {
      const verdict = rule(frame);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }

  /** A socket is closed once its close frame has come in, which `ws` has no event for: looked at whenever it matters. */
  #noteClosed(): void {
    for (const life of this.#lives) {
      if (life.closedAt !== Number.POSITIVE_INFINITY || life.socket.open) continue;
      this.#moment += 1;
      life.closedAt = this.#moment;
    }
  }
}

/** Holds up whoever passes while it is shut. */
class Gate {
  #shut: { opened: Promise<void>; open: () => void } | null = null;

  shut(on: boolean): void {
    if (!on) {
      this.#shut?.open();
      this.#shut = null;
    } else if (this.#shut === null) {
      let open = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#shut = { opened, open };
    }
  }

  async passable(): Promise<void> {
    while (this.#shut !== null) await this.#shut.opened;
  }
}

/** The most lives at one instant: some life's beginning is always such an instant. */
function peakOf(lives: readonly Life[]): number {
  const at = (moment: number) =>
    lives.filter((life) => life.openedAt <= moment && moment < life.closedAt).length;
  return lives.reduce((most, life) => Math.max(most, at(life.openedAt)), 0);
}
