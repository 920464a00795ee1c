/** Time that stands still until a test moves it. Between two timers everything that they have set going comes to rest. */
import type { Clock } from '../../../src/worker/util/clock.js';

/** Taken before a test can put fake timers in its place. */
const { setImmediate } = globalThis;

/** Resolves when all microtasks that are due, and those that they lead to, have run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** 2026-01-01, so that times look like times. */
const START_MS = 1_767_225_600_000;

interface Timer {
  at: number;
  fn: () => void;
}

export class FakeClock implements Clock {
  #now = START_MS;
  /** By time; of the same time, in the order of setting. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, Math.ceil(ms)), fn };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) > timer.at) place -= 1;
    this.#timers.splice(place, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.length;
  }

  /** The machine sleeps: time goes by, and nothing that was due is done before it wakes ({@link advance}). */
  sleep(ms: number): void {
    this.#now += ms;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const [next] = this.#timers;
      if (!next || next.at > until) break;
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await settle();
    }
    this.#now = Math.max(this.#now, until);
  }
}

/** More turns than anything in one process needs. */
const MAX_TURNS = 2_000;

/** For what goes through real ports: lets turns pass until it is so. */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    if (isSo()) return;
    await settle();
  }
  throw new Error(`did not come about: ${what}`);
}
