/**
 * A network between sockets and a server, with its faults: it refuses, stays silent, loses frames, and cuts. Frames take a while, keep their
 * order, and are lost when the connection is cut.
 */
import type { OpenSocket, Socket, SocketHandlers } from '../../../src/worker/platform/socket.js';
import type { FakeClock } from './clock.js';

/** One way. */
const LATENCY_MS = 5;
/** The socket library's own limit on opening. */
const OPEN_TIMEOUT_MS = 10_000;

export interface Frame {
  connection: number;
  /** `up`: to the server. */
  way: 'up' | 'down';
  event: string;
  payload: unknown;
}

/** The server's side of a connection. */
export interface Callee {
  receive(connection: FakeConnection, event: string, payload: object): void;
  closed(connection: FakeConnection): void;
}

export class FakeConnection {
  /** As the client sees it. */
  open = true;
  /** The server has taken it, and does not know of its end. */
  served = false;
  /** Whose login is on this connection, or on its way there. */
  user: string | undefined;
  /** Its worker is frozen, or has just thawed, so it may stand beside the socket of a successor. */
  isIdle = false;

  constructor(
    readonly id: number,
    private readonly network: FakeNetwork,
    readonly handlers: SocketHandlers,
  ) {}

  /** From the server to the client. */
  send(event: string, payload: object): void {
    this.network.carry(this, 'down', event, payload, () => this.handlers.onEvent(event, payload));
  }

  /** Both ends learn that it is over: the server now, the client when everything sent before has arrived. */
  hangUp(reason: string): void {
    this.served = false;
    this.network.later(() => this.cut(reason));
  }

  /** Over, for both ends, at once. */
  cut(reason = 'transport close'): void {
    if (this.served) this.network.callee.closed(this);
    this.served = false;
    if (!this.open) return;
    this.open = false;
    this.handlers.onClose(reason);
  }
}

export class FakeNetwork {
  callee: Callee = { receive: () => undefined, closed: () => undefined };
  /** `refuses`: no socket opens. `silent`: neither does it fail before the time limit. */
  mode: 'up' | 'refuses' | 'silent' = 'up';
  /** Which frames are lost although the connection holds. */
  loses: (frame: Frame) => boolean = () => false;
  /** All frames that were sent, lost ones included. */
  readonly frames: Frame[] = [];
  readonly connections: FakeConnection[] = [];
  readonly #peaks = new Map<string, number>();
  /** How long a close is on its way to the server. */
  closingMs = LATENCY_MS;

  constructor(private readonly clock: FakeClock) {}

  /** Lines that their client has open. */
  get open(): FakeConnection[] {
    return this.connections.filter(({ open }) => open);
  }

  readonly openSocket: OpenSocket = (_address, _engine, handlers): Socket => {
    const connection = new FakeConnection(this.connections.length, this, handlers);
    this.connections.push(connection);
    const wait = this.mode === 'silent' ? OPEN_TIMEOUT_MS : LATENCY_MS;
    this.clock.after(wait, () => this.#connect(connection, wait));
    return {
      emit: (event, payload) => {
        const copy = structuredClone(payload);
        if (event === 'login' || event === 'resume')
          this.#claim(connection, (copy as { username?: string }).username);
        this.carry(connection, 'up', event, copy, () => this.callee.receive(connection, event, copy));
      },
      close: () => {
        const wasOpen = connection.open;
        connection.open = false;
        return new Promise((resolve) => {
          if (!wasOpen) return resolve();
          this.clock.after(this.closingMs, () => {
            if (connection.served) this.callee.closed(connection);
            connection.served = false;
            resolve();
          });
        });
      },
    };
  };

  /** The most sockets that the server ever had at once on which that user logs in or is logged in. */
  peakFor(user: string): number {
    return this.#peaks.get(user) ?? 0;
  }

  #claim(connection: FakeConnection, user = ''): void {
    connection.user = user;
    const served = this.connections.filter((other) => other.served && other.user === user).length;
    this.#peaks.set(user, Math.max(this.peakFor(user), served));
  }

  /** Every connection is cut, and none can be opened until it is `up` again. */
  goDown(): void {
    this.mode = 'refuses';
    this.cutAll();
  }

  cutAll(): void {
    for (const connection of this.open) connection.cut();
  }

  carry(
    connection: FakeConnection,
    way: 'up' | 'down',
    event: string,
    payload: object,
    arrive: () => void,
  ): void {
    const frame = { connection: connection.id, way, event, payload };
    this.frames.push(frame);
    if (this.loses(frame)) return;
    this.later(() => {
      if (way === 'up' ? connection.served : connection.open) arrive();
    });
  }

  later(fn: () => void): void {
    this.clock.after(LATENCY_MS, fn);
  }

  /** Frames of that event on their way to the server. */
  sent(event: string): Record<string, unknown>[] {
    return this.frames
      .filter((frame) => frame.way === 'up' && frame.event === event)
      .map(({ payload }) => payload as Record<string, unknown>);
  }

  #connect(connection: FakeConnection, waited: number): void {
    if (!connection.open) return;
    if (this.mode === 'up') {
      connection.served = true;
      connection.handlers.onOpen();
    } else if (this.mode === 'refuses' || waited >= OPEN_TIMEOUT_MS) {
      connection.cut('connect error');
    } else {
      this.clock.after(OPEN_TIMEOUT_MS, () => this.#connect(connection, OPEN_TIMEOUT_MS));
    }
  }
}
