/**
 * Keeps the order of pipelined sends (extension `ordered_sends`): a send that names a predecessor waits until this socket has received it. A
 * frame that is lost on the way delays the sends behind it, and they never overtake it. A waiting send has no `ack`: if
 * its socket closes, the client sends it again. The wait is bounded.
 */
import { RecentIds } from '../util/recent-ids.js';

interface Waiting<T> {
  send: T;
  timer: ReturnType<typeof setTimeout> | undefined;
}

interface WaitLimit<T> {
  ms: number;
  /** The predecessor did not arrive. */
  onExpired(send: T): void;
}

export class SendOrder<T> {
  readonly #received: RecentIds;
  /** By the `rid` of their predecessor. */
  readonly #waiting = new Map<number, Waiting<T>[]>();
  #count = 0;

  /** @param limit how many received requests are remembered; the caller bounds how many wait */
  constructor(
    limit: number,
    private readonly wait?: WaitLimit<T>,
  ) {
    this.#received = new RecentIds(limit);
  }

  /** How many sends wait. */
  get size(): number {
    return this.#count;
  }

  has(rid: number): boolean {
    return this.#received.has(rid);
  }

  /** @returns false if the predecessor is missing: the send waits for it */
  mayProceed(after: number, send: T): boolean {
    if (this.has(after)) return true;
    const entry: Waiting<T> = { send, timer: undefined };
    if (this.wait) entry.timer = setTimeout(() => this.#expire(after, entry), this.wait.ms).unref();
    const waiting = this.#waiting.get(after);
    if (waiting) waiting.push(entry);
    else this.#waiting.set(after, [entry]);
    this.#count += 1;
    return false;
  }

  /** A request has been received. @returns the sends that waited for it */
  received(rid: number): readonly T[] {
    this.#received.add(rid);
    const waiting = this.#waiting.get(rid) ?? [];
    this.#waiting.delete(rid);
    this.#count -= waiting.length;
    for (const { timer } of waiting) clearTimeout(timer);
    return waiting.map(({ send }) => send);
  }

  clear(): void {
    for (const waiting of this.#waiting.values()) for (const { timer } of waiting) clearTimeout(timer);
    this.#waiting.clear();
    this.#count = 0;
  }

  #expire(after: number, entry: Waiting<T>): void {
    const rest = (this.#waiting.get(after) ?? []).filter((other) => other !== entry);
    if (rest.length > 0) this.#waiting.set(after, rest);
    else this.#waiting.delete(after);
    this.#count -= 1;
    this.wait?.onExpired(entry.send);
  }
}
