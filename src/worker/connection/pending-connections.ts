/**
 * Initialised connections that wait for a login. There is at most one for each server and application, and the next login takes it. So tabs
 * that initialise in the same instant share one socket.
 */
import { type AuthPayload, CODES, type Failure, failure } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import { delay } from '../util/clock.js';
import type { ServerAddress } from './account.js';
import { Connection } from './connection.js';
import type { OnAck } from './request.js';

/** The time in which stock V2 tries to transmit a request: five tries of five seconds. */
export const REACH_TIMEOUT_MS = 25_000;
/** Between two tries to reach the server. */
export const RETRY_MS = 1_000;
/** How long a connection waits for a login after the last tab that could log in has gone. */
const IDLE_TIMEOUT_MS = 10_000;

export interface Target extends ServerAddress {
  readonly appkey: string;
}

type Initialised =
  | { kind: 'initialised'; connection: Connection }
  | { kind: 'refused'; error: Failure }
  | { kind: 'unreachable' };

interface Pending {
  connection: Connection;
  /** Set while no tab could log in on it. */
  cancelClosing?: (() => void) | undefined;
}

export const keyOf = ({ address, appkey }: Pick<Target, 'address' | 'appkey'>): string =>
  `${address}|${appkey}`;

export class PendingConnections {
  readonly #pending = new Map<string, Pending>();

  constructor(private readonly platform: Platform) {}

  /** An initialised connection, which stays here until it is taken. For each target this must not run twice at once. */
  async initialise(target: Target, auth: AuthPayload, onAck?: OnAck): Promise<Initialised> {
    const pending = this.#pending.get(keyOf(target));
    if (pending && !pending.connection.closed) {
      cancelClosing(pending);
      return { kind: 'initialised', connection: pending.connection };
    }
    const opened = await this.#open(target, auth, onAck);
    if (opened.kind === 'initialised') this.giveBack(target, opened.connection);
    return opened;
  }

  /** Takes the connection out; the caller owns it. */
  take(target: Target): Connection | undefined {
    const pending = this.#pending.get(keyOf(target));
    this.#pending.delete(keyOf(target));
    if (!pending) return undefined;
    cancelClosing(pending);
    if (pending.connection.closed) return undefined;
    pending.connection.hold();
    return pending.connection;
  }

  /** Keeps a connection without a login for the next one. */
  giveBack(target: Target, connection: Connection): void {
    if (connection.closed) return;
    const key = keyOf(target);
    if (this.#pending.has(key)) return void connection.close();
    const pending: Pending = { connection };
    this.#pending.set(key, pending);
    connection.attach({ handle: () => undefined }, () => {
      cancelClosing(pending);
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
    });
  }

  /** Closes, after a while, the connections on which no tab could log in. */
  closeUnless(isWanted: (targetKey: string) => boolean): void {
    for (const [key, pending] of this.#pending) {
      if (pending.cancelClosing || isWanted(key)) continue;
      pending.cancelClosing = this.platform.clock.after(IDLE_TIMEOUT_MS, () => {
        pending.cancelClosing = undefined;
        if (isWanted(key)) return;
        this.#pending.delete(key);
        void pending.connection.close();
      });
    }
  }

  async #open(target: Target, auth: AuthPayload, onAck?: OnAck): Promise<Initialised> {
    const { clock } = this.platform;
    const until = clock.now() + REACH_TIMEOUT_MS;
    for (;;) {
      const connection = new Connection(this.platform, target);
      const cancel = clock.after(until - clock.now(), () => void connection.close());
      const reply = (await connection.opened()) ? await connection.init(auth, onAck) : undefined;
      cancel();
      if (reply?.kind === 'answer') {
        const { code, message } = reply.answer;
        if (code === CODES.success) return { kind: 'initialised', connection };
        void connection.close();
        return { kind: 'refused', error: { ...failure(CODES.unknown, message), code } };
      }
      await connection.close();
      if (clock.now() + RETRY_MS >= until) return { kind: 'unreachable' };
      await delay(clock, RETRY_MS);
    }
  }
}

function cancelClosing(pending: Pending): void {
  pending.cancelClosing?.();
  pending.cancelClosing = undefined;
}
