/** The lives of a relay's sockets: when each opened and closed, and how many were open at once. */
import type { RelayedSocket } from './relayed-socket.js';

interface Life {
  socket: RelayedSocket;
  openedAt: number;
  closedAt: number;
  openedMs: number;
  closedMs: number | undefined;
}

/** Times in ms since 1970. */
export interface SocketTimes {
  id: number;
  openedMs: number;
  /** It presented the account. */
  presentedMs: number;
  closedMs: number | undefined;
}

export class SocketLives {
  readonly #lives: Life[] = [];
  /** Counts openings and closings. Their order alone decides about overlaps. */
  #moment = 0;

  /** The number of sockets that were ever opened. */
  get total(): number {
    return this.#lives.length;
  }

  get open(): RelayedSocket[] {
    return this.#lives.map((life) => life.socket).filter((socket) => socket.open);
  }

  /** The highest number of sockets that were open at one instant. */
  get peak(): number {
    return peakOf(this.#lives);
  }

  /** The highest number of an account's sockets at one instant. A socket counts from its opening, although it names its account later. */
  peakFor(account: string): number {
    this.noteClosed();
    return peakOf(this.#of(account));
  }

  /** The number of sockets that an account ever had. */
  totalFor(account: string): number {
    return this.#of(account).length;
  }

  timesFor(account: string): SocketTimes[] {
    return this.#of(account).map(({ socket: { id, presentedMs }, openedMs, closedMs }) => ({
      id,
      openedMs,
      presentedMs,
      closedMs,
    }));
  }

  #of(account: string): Life[] {
    return this.#lives.filter(({ socket }) => socket.account === account);
  }

  add(socket: RelayedSocket): void {
    this.#moment += 1;
    this.#lives.push({
      socket,
      openedAt: this.#moment,
      closedAt: Number.POSITIVE_INFINITY,
      openedMs: Date.now(),
      closedMs: undefined,
    });
  }

  /** A socket is closed once its close frame has come in. `ws` has no event for that, so the state is read on demand. */
  noteClosed(): void {
    for (const life of this.#lives) {
      if (life.closedAt !== Number.POSITIVE_INFINITY || life.socket.open) continue;
      this.#moment += 1;
      life.closedAt = this.#moment;
      life.closedMs = Date.now();
    }
  }
}
/** The highest number of lives at one instant. The beginning of some life is always such an instant. */
function peakOf(lives: readonly Life[]): number {
  const at = (moment: number) =>
    lives.filter((life) => life.openedAt <= moment && moment < life.closedAt).length;
  return lives.reduce((most, life) => Math.max(most, at(life.openedAt)), 0);
}
