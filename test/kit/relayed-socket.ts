/**
 * One websocket through the relay: the browser's side and the gateway's side, and a queue for each direction.
 * Frames leave in the order of their arrival, whatever delays them. A side that closes closes the other after its last frame.
 */
import type { RawData, WebSocket } from 'ws';

export type Direction = 'up' | 'down';
/**
 * The verdict on a frame: `drop` loses it, and `repeat` delivers it twice. `delayMs` holds it and all frames behind it. `cut` loses it with
 * the connection, and `instead` replaces it.
 */
export type Verdict = 'pass' | 'drop' | 'repeat' | 'cut' | { delayMs: number } | { instead: string };

/** Codes that a peer reports but may not send. */
const NO_STATUS = 1005;
const ABNORMAL = 1006;

interface RelayedSocketHooks {
  /** Called for each frame as it comes in. */
  judge(direction: Direction, text: string): Verdict;
  /** Holds the frames while the relay is frozen. */
  thaw(): Promise<void>;
  /** The browser's side has closed. */
  closed(): void;
}

export class RelayedSocket {
  /** The account that it presented in `login` or `resume`, once it has. */
  account: string | null = null;
  presentedMs = 0;
  readonly #browser: WebSocket;
  readonly #gateway: WebSocket;
  readonly #hooks: RelayedSocketHooks;
  readonly #queues: Record<Direction, Promise<void>> = { up: Promise.resolve(), down: Promise.resolve() };

  constructor(
    readonly id: number,
    /** The Engine.IO revision. */
    readonly revision: number,
    browser: WebSocket,
    gateway: WebSocket,
    hooks: RelayedSocketHooks,
  ) {
    this.#browser = browser;
    this.#gateway = gateway;
    this.#hooks = hooks;
    this.#pipe('up', browser, gateway);
    this.#pipe('down', gateway, browser);
    browser.once('close', () => hooks.closed());
  }

  /** Whether the browser's side is open. It is closed from the arrival of its close frame on. */
  get open(): boolean {
    return this.#browser.readyState === this.#browser.OPEN;
  }

  /** It has named its account to the server. */
  present(account: string): void {
    if (account !== this.account) this.presentedMs = Date.now();
    this.account = account;
  }

  /** Ends both sides at once without a close frame, as a lost network does. */
  cut(): void {
    this.#browser.terminate();
    this.#gateway.terminate();
  }

  /** Pushes a frame that the gateway does not send, as a server with other kinds of clients would. */
  push(event: string, payload: object): void {
    this.#then('down', async () => this.#browser.send(`42${JSON.stringify([event, payload])}`));
  }

  #pipe(direction: Direction, from: WebSocket, to: WebSocket): void {
    from.on('message', (data, isBinary) => this.#frame(direction, to, data, isBinary));
    from.on('error', () => from.terminate());
    from.once('close', (code, reason) => {
      this.#then(direction, async () => closeLike(to, code, reason));
    });
  }

  #frame(direction: Direction, to: WebSocket, data: RawData, isBinary: boolean): void {
    const verdict = this.#hooks.judge(direction, data.toString());
    if (verdict === 'cut') this.cut();
    if (verdict === 'cut' || verdict === 'drop') return;
    const due = isOf(verdict, 'delayMs') ? performance.now() + verdict.delayMs : 0;
    const carried = isOf(verdict, 'instead') ? verdict.instead : data;
    const copies = verdict === 'repeat' ? 2 : 1;
    this.#then(direction, async () => {
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      for (let i = 0; i < copies; i += 1)
        if (to.readyState === to.OPEN) to.send(carried, { binary: isBinary });
    });
  }

  #then(direction: Direction, deliver: () => Promise<void>): void {
    this.#queues[direction] = this.#queues[direction].then(() => this.#hooks.thaw()).then(deliver);
  }
}

const isOf = <K extends string>(verdict: Verdict, kind: K): verdict is Extract<Verdict, Record<K, unknown>> =>
  typeof verdict === 'object' && kind in verdict;

function closeLike(socket: WebSocket, code: number, reason: Buffer): void {
  if (socket.readyState !== socket.OPEN) return;
  if (code === ABNORMAL) socket.terminate();
  else if (code === NO_STATUS) socket.close();
  else socket.close(code, reason);
}
