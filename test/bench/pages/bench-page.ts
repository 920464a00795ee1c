/** The interface of a measured page: the same for every way of being connected, so that all of them are measured by the same code. */
import type { AuthPayload } from '../../../src/protocol/tab-worker/link.js';

export interface BenchPage {
  /** @returns ms from nothing to the login's answer */
  login(url: string, auth: AuthPayload, user: { username: string; password: string }): Promise<number>;
  /** One message after the other, to the targets in rotation. @returns each one's time until its answer, ms */
  sendInTurn(targets: string[], count: number): Promise<number[]>;
  /** All at once. @returns ms until all have been answered */
  burst(targets: string[], count: number): Promise<number>;
  /** Expects messages: see {@link arrived}. */
  listen(count: number): void;
  arrived: Promise<void>;
  /** The expected messages as they came. */
  batches: Batch[];
  /** Blocks the main thread for `ms` of each `everyMs`, as a page does that draws. @returns its end */
  keepBusy(ms: number, everyMs: number): void;
  /** Ends {@link keepBusy}. */
  loafing(): void;
  /** The longest task of the main thread since the last question, ms. The browser reports those above 50 ms; 0 stands for less. */
  longestTask(): number;
}

/** Messages that came in one task, so long after those before. */
export interface Batch {
  size: number;
  afterMs: number;
}

declare global {
  interface Window {
    bench: BenchPage;
  }
}

export async function latenciesOf(
  targets: string[],
  count: number,
  send: (target: string, text: string) => Promise<void>,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    await send(targets[i % targets.length] ?? '', `turn ${i}`);
    latencies.push(performance.now() - started);
  }
  return latencies;
}

let busy: ReturnType<typeof setInterval> | undefined;

export function keepBusy(ms: number, everyMs: number): void {
  busy = setInterval(() => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }, everyMs);
}

export const loafing = (): void => clearInterval(busy);

let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: 'longtask' });

export function longestTask(): number {
  const found = longest;
  longest = 0;
  return found;
}

/** Sends all at once. @returns ms until all have been answered */
export async function burstOf(
  targets: string[],
  count: number,
  send: (target: string, text: string) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  const all = Array.from({ length: count }, (_, i) => send(targets[i % targets.length] ?? '', `burst ${i}`));
  await Promise.all(all);
  return performance.now() - started;
}

/** Counts the messages that a page expects. */
export class Arrivals {
  batches: Batch[] = [];
  #inTask = 0;
  #since = 0;
  #left = 0;
  #allArrived = () => {};
  all: Promise<void> = Promise.resolve();

  expect(count: number): void {
    this.#left = count;
    this.batches = [];
    this.#since = performance.now();
    this.all = new Promise((resolve) => {
      this.#allArrived = resolve;
    });
  }

  note(): void {
    // The listener's calls of one task come before the microtask.
    if (this.#inTask === 0) {
      queueMicrotask(() => {
        const now = performance.now();
        this.batches.push({ size: this.#inTask, afterMs: now - this.#since });
        this.#since = now;
        this.#inTask = 0;
      });
    }
    this.#inTask += 1;
    this.#left -= 1;
    if (this.#left === 0) this.#allArrived();
  }
}
