/**
 * Message ids: microseconds since 1970, strictly increasing, below 2^53 until the year 2255. An id carries its message's time, so that
 * times never run backwards within the order of ids, whatever the clock does.
 */
const PER_MS = 1_000;

export const timeOf = (messageId: number): number => Math.floor(messageId / PER_MS);

/** The first id that a message of that time can have. */
export const firstIdAt = (timeMs: number): number => Math.max(0, Math.floor(timeMs)) * PER_MS;

export class MessageIds {
  /** @param last the highest that was ever given out */
  constructor(
    private last: number,
    private readonly now: () => number,
  ) {}

  next(): number {
    this.last = Math.max(this.last + 1, firstIdAt(this.now()));
    return this.last;
  }
}
