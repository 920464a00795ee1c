/** Notices a silent worker: a frozen one, or a dead one in a browser that reports no deaths. */

/** After silence of this length, with calls in flight, the tab pings … */
const SILENCE_MS = 5_000;
/** … and no answer within this time means frozen or dead. */
const PING_TIMEOUT_MS = 5_000;

export interface SilenceWatchParts {
  now(): number;
  /** Whether the worker owes an answer. */
  isWaiting(): boolean;
  /** Resolves when it answers. */
  ping(): Promise<unknown>;
  onSilent(): void;
}

export class SilenceWatch {
  #heardAt = 0;
  #probe: ReturnType<typeof setInterval> | undefined;
  /** Expires when the worker does not answer. */
  #question: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: SilenceWatchParts) {}

  watch(): void {
    this.heard();
    this.#probe = setInterval(() => {
      const { now, isWaiting } = this.parts;
      if (isWaiting() && now() - this.#heardAt >= SILENCE_MS) this.ask();
    }, SILENCE_MS);
  }

  heard(): void {
    this.#heardAt = this.parts.now();
  }

  ask(): void {
    // One question at a time.
    if (this.#question !== undefined) return;
    const question = setTimeout(() => this.parts.onSilent(), PING_TIMEOUT_MS);
    this.#question = question;
    this.parts.ping().then(
      () => {
        if (this.#question !== question) return;
        clearTimeout(question);
        this.#question = undefined;
        this.heard();
      },
      () => {
        // An error is no answer.
      },
    );
  }

  stop(): void {
    clearInterval(this.#probe);
    clearTimeout(this.#question);
    this.#question = undefined;
  }
}
