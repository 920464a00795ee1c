/**
 * Sockets on the way to an account: initialised, not logged in. There is at most one for each server and application; whoever logs in next
 * takes it over. So several tabs that initialise in the same instant open one socket together.
 */
import { type AuthPayload, CODES, type Failure, failure } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import { delay } from '../util/clock.js';
import { Connection } from './connection.js';
import type { OnAck } from './open-requests.js';

/** As long as stock V2 tries to get a request through: five tries of five seconds. */
export const REACH_TIMEOUT_MS = 25_000;
/** Between two tries to reach the server. */
export const RETRY_MS = 1_000;
/** How long a socket waits for a login after the last tab that could make one has gone. */
const LINGER_MS = 10_000;

export interface Target {
  address: string;
  engine: 3 | 4;
  appkey: string;
}

export type Proof =
  | { kind: 'proven'; connection: Connection }
  | { kind: 'refused'; error: Failure }
  | { kind: 'unreachable' };

interface Waiting {
  connection: Connection;
  /** Set while no tab is left that could log in on it. */
  cancelClosing?: (() => void) | undefined;
}

export const keyOf = ({ address, appkey }: Target): string => `${address}|${appkey}`;

export class PendingConnections {
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly platform: Platform) {}

  /** An initialised socket, which stays here for whoever takes it. To be called by one at a time for each target. */
  async prove(target: Target, auth: AuthPayload, onAck?: OnAck): Promise<Proof> {
    const waiting = this.#waiting.get(keyOf(target));
    if (waiting && !waiting.connection.closed) {
      keep(waiting);
      return { kind: 'proven', connection: waiting.connection };
    }
    const proof = await this.#open(target, auth, onAck);
    if (proof.kind === 'proven') this.giveBack(target, proof.connection);
    return proof;
  }

  /** Takes the socket out: its taker is its owner. */
  take(target: Target): Connection | undefined {
    const waiting = this.#waiting.get(keyOf(target));
    this.#waiting.delete(keyOf(target));
    if (!waiting) return undefined;
    keep(waiting);
    if (waiting.connection.closed) return undefined;
    waiting.connection.hold();
    return waiting.connection;
  }

  /** A socket that nobody is logged in on, for the next one who wants to. */
  giveBack(target: Target, connection: Connection): void {
    if (connection.closed) return;
    const key = keyOf(target);
    if (this.#waiting.has(key)) return void connection.close();
    const waiting: Waiting = { connection };
    this.#waiting.set(key, waiting);
    const forget = () => {
      keep(waiting);
      if (this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    };
    connection.listen(() => undefined, forget);
  }

  /** Closes, after a while, the sockets that no tab is left for. */
  closeUnless(isWanted: (targetKey: string) => boolean): void {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.cancelClosing || isWanted(key)) continue;
      waiting.cancelClosing = this.platform.clock.after(LINGER_MS, () => {
        waiting.cancelClosing = undefined;
        if (isWanted(key)) return;
        this.#waiting.delete(key);
        void waiting.connection.close();
      });
    }
  }

  async #open(target: Target, auth: AuthPayload, onAck?: OnAck): Promise<Proof> {
    const { clock } = this.platform;
    const until = clock.now() + REACH_TIMEOUT_MS;
    for (;;) {
      const connection = new Connection(this.platform, target.address, target.engine);
      const cancel = clock.after(until - clock.now(), () => void connection.close());
      const reply = (await connection.opened()) ? await connection.init(auth, onAck) : undefined;
      cancel();
      if (reply?.kind === 'answer') {
        const { code, message } = reply.answer;
        if (code === CODES.success) return { kind: 'proven', connection };
        void connection.close();
        return { kind: 'refused', error: { ...failure(CODES.unknown, message), code } };
      }
      await connection.close();
      if (clock.now() + RETRY_MS >= until) return { kind: 'unreachable' };
      await delay(clock, RETRY_MS);
    }
  }
}

function keep(waiting: Waiting): void {
  waiting.cancelClosing?.();
  waiting.cancelClosing = undefined;
}
