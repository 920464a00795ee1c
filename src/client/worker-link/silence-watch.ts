/** Notices a silent worker: a frozen one, or a dead one in a browser that reports no deaths. */

/** After silence of this length the tab pings. */
const SILENCE_MS = 3_000;
/** A worker that answers no ping within this time is frozen or dead. So a tab has another one within ten seconds. */
const PING_TIMEOUT_MS = 4_000;
/** A page that was frozen itself finds its timers expired and the answer still in its queue: it looks there before it judges. */
const LATE_MS = 1_000;

interface SilenceWatchParts {
  now(): number;
  /** Resolves when it answers. */
  ping(): Promise<unknown>;
  onSilent(): void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

export class SilenceWatch {
  #heardAt = 0;
  #watching: Timer;
  /** Expires when the worker does not answer. */
  #question: Timer;
  /** Answers to earlier questions do not count. */
  #questions = 0;

  constructor(private readonly parts: SilenceWatchParts) {}

  watch(): void {
    this.answered();
    this.#wait(SILENCE_MS);
  }

  answered(): void {
    this.#heardAt = this.parts.now();
  }

  ask(): void {
    // One question at a time.
    if (this.#question !== undefined) return;
    this.#questions += 1;
    const question = this.#questions;
    this.#expect(this.parts.now() + PING_TIMEOUT_MS);
    this.parts.ping().then(
      () => {
        if (this.#questions !== question) return;
        clearTimeout(this.#question);
        this.#question = undefined;
        this.answered();
      },
      () => {
        // An error is no answer.
      },
    );
  }

  stop(): void {
    clearTimeout(this.#watching);
    clearTimeout(this.#question);
    this.#question = undefined;
    this.#questions += 1;
  }

  #wait(ms: number): void {
    this.#watching = setTimeout(() => {
      const rest = this.#heardAt + SILENCE_MS - this.parts.now();
      if (rest <= 0) this.ask();
      this.#wait(rest > 0 && rest < SILENCE_MS ? rest : SILENCE_MS);
    }, ms);
  }

  #expect(until: number): void {
    const { now, onSilent } = this.parts;
    this.#question = setTimeout(() => {
      if (now() - until < LATE_MS) onSilent();
      else this.#question = setTimeout(onSilent, LATE_MS);
    }, PING_TIMEOUT_MS);
  }
}
