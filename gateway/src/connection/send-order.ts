/**
 * Keeps the order of pipelined sends (extension `ordered_sends`): a send that names a predecessor waits until this socket has received it. A
 * frame that is lost on the way delays the sends behind it, and they never overtake it. A waiting send has no `ack`: if
 * its socket closes, the client sends it again.
 */
import { RecentIds } from '../util/recent-ids.js';

export class SendOrder<T> {
  readonly #received: RecentIds;
  /** By the `rid` of their predecessor. */
  readonly #waiting = new Map<number, T[]>();
  #count = 0;

  /** @param limit how many received requests are remembered; the caller bounds how many wait */
  constructor(limit: number) {
    this.#received = new RecentIds(limit);
  }

  /** How many sends wait. */
  get size(): number {
    return this.#count;
  }

  /** @returns false if the predecessor is missing: the send waits for it */
  mayProceed(after: number, send: T): boolean {
    if (this.#received.has(after)) return true;
    const waiting = this.#waiting.get(after);
    if (waiting) waiting.push(send);
    else this.#waiting.set(after, [send]);
    this.#count += 1;
    return false;
  }

  /** A request has been received. @returns the sends that waited for it */
  received(rid: number): readonly T[] {
    this.#received.add(rid);
    const waiting = this.#waiting.get(rid) ?? [];
    this.#waiting.delete(rid);
    this.#count -= waiting.length;
    return waiting;
  }

  clear(): void {
    this.#waiting.clear();
    this.#count = 0;
  }
}
