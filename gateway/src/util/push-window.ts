/** Flow control of a sync: a push waits until the client has taken earlier ones, so few of them are ever on their way. */

/** While the client works on one push, the next one is on its way. */
export const WINDOW_PUSHES = 2;

export class PushWindow {
  #untaken: number[] = [];
  #resume: (() => void) | undefined;
  #isClosed = false;

  /** A sync begins. A later one may start from lower keys, so that a key of an earlier one says nothing. */
  restart(): void {
    this.#untaken = [];
  }

  /** @param key of a push that is about to go out: the client can take it before the gateway knows that it is out. Keys rise within a sync. */
  add(key: number): void {
    this.#untaken.push(key);
  }

  /** Resolves when there is room for the next push, or the socket has closed. */
  async room(): Promise<void> {
    if (this.#untaken.length < WINDOW_PUSHES || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  /** The client has taken every push up to that key. */
  taken(key: number): void {
    while ((this.#untaken[0] ?? Number.POSITIVE_INFINITY) <= key) this.#untaken.shift();
    if (this.#untaken.length < WINDOW_PUSHES) this.#proceed();
  }

  close(): void {
    this.#isClosed = true;
    this.#proceed();
  }

  #proceed(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
