/**
 * Pushes that no page has handled yet, and the work that waits for that: acknowledgements, and the stream keys that go to the disk.
 *
 * A push counts as delivered when one of its tabs confirms that its application handled it. A tab that goes without confirming gives its
 * pushes back, and the next tab that joins gets them. If none joins, the server, which got no acknowledgement, repeats them at the next login.
 */
import type { AccountEvent } from '../../protocol/worker.js';

/** A tab that does not confirm a push for this long may be frozen, so a tab that joins gets the push as well. */
const PROMPT_MS = 1_000;

interface PendingPush {
  event: AccountEvent;
  at: number;
  /** The tabs that have it, each with the `seq` that confirms it. */
  given: Map<string, number>;
}

type Item = PendingPush | { run: () => void };

export class PendingDeliveries {
  readonly #items = new Set<Item>();

  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.#items.size;
  }

  /** @param tabs the tabs that get the push */
  add(event: AccountEvent, tabs: readonly string[]): void {
    this.#items.add({ event, at: this.now(), given: new Map(tabs.map((tab) => [tab, event.seq])) });
  }

  /** Runs the work once every push so far is delivered. */
  afterwards(run: () => void): void {
    if (this.#items.size === 0) return run();
    this.#items.add({ run });
  }

  /** The tab's application has handled every event up to that `seq`. */
  confirm(tab: string, upTo: number): void {
    for (const item of this.#items) {
      if ('run' in item) continue;
      // Later items have a later `seq`, under which any tab has them.
      if (item.event.seq > upTo) break;
      const seq = item.given.get(tab);
      if (seq !== undefined && seq <= upTo) this.#items.delete(item);
    }
    this.#runDue();
  }

  /** The tab has gone. @returns whether a push is without a tab now */
  left(tab: string): boolean {
    let orphaned = false;
    for (const item of this.#items) {
      if ('run' in item || !item.given.delete(tab)) continue;
      orphaned ||= item.given.size === 0;
    }
    return orphaned;
  }

  /** The pushes that a tab should get: those without a tab, and those whose tabs do not confirm them. */
  undelivered(tab: string): AccountEvent[] {
    return this.#select(
      ({ given, at }) => !given.has(tab) && (given.size === 0 || this.now() - at > PROMPT_MS),
    ).map(({ event }) => event);
  }

  /** The tab gets these pushes, and confirms them with that `seq`. */
  give(events: readonly AccountEvent[], tab: string, seq: number): void {
    const given = new Set(events);
    for (const item of this.#select(({ event }) => given.has(event))) item.given.set(tab, seq);
  }

  /** Nothing of these pushes is left to deliver. */
  drop(events: readonly AccountEvent[]): void {
    const dropped = new Set(events);
    for (const item of this.#select(({ event }) => dropped.has(event))) this.#items.delete(item);
    this.#runDue();
  }

  #select(which: (item: PendingPush) => boolean): PendingPush[] {
    return [...this.#items].filter((item): item is PendingPush => !('run' in item) && which(item));
  }

  #runDue(): void {
    for (const item of this.#items) {
      if (!('run' in item)) return;
      this.#items.delete(item);
      item.run();
    }
  }
}
