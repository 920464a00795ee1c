/**
 * What the server has pushed and no page has been handed yet, and what waits for that: acknowledgements, and the keys that go to the disk.
 *
 * An event counts as delivered when one of the tabs that it was given to confirms that its application has had it. A tab that goes without
 * confirming gives it back. What nobody confirms is for the next page that joins; when none comes, the server, which was never told that it
 * arrived, brings it again at the next login.
 */
import type { AccountEvent } from '../../protocol/worker.js';

/** An event that tabs have had for this long and not confirmed is given to a tab that joins as well: they may be frozen. */
const PROMPT_MS = 1_000;

interface Pending {
  event: AccountEvent;
  at: number;
  /** The tabs that were given it, and under which `seq` each. */
  given: Map<string, number>;
}

type Item = Pending | { run: () => void };

export class PendingDeliveries {
  readonly #items = new Set<Item>();

  constructor(private readonly now: () => number) {}

  /** How much waits. */
  get size(): number {
    return this.#items.size;
  }

  /** @param tabs the tabs that are given it */
  add(event: AccountEvent, tabs: readonly string[]): void {
    this.#items.add({ event, at: this.now(), given: new Map(tabs.map((tab) => [tab, event.seq])) });
  }

  /** Runs it when all that has been added so far is delivered. */
  afterwards(run: () => void): void {
    if (this.#items.size === 0) return run();
    this.#items.add({ run });
  }

  /** The tab has handed its application everything up to that `seq`. */
  confirm(tab: string, upTo: number): void {
    for (const item of this.#items) {
      if ('run' in item) continue;
      // What was added later was given under a later `seq` still.
      if (item.event.seq > upTo) break;
      const seq = item.given.get(tab);
      if (seq !== undefined && seq <= upTo) this.#items.delete(item);
    }
    this.#runDue();
  }

  /** @returns whether something is nobody's now */
  left(tab: string): boolean {
    let orphaned = false;
    for (const item of this.#items) {
      if ('run' in item || !item.given.delete(tab)) continue;
      orphaned ||= item.given.size === 0;
    }
    return orphaned;
  }

  /** What is nobody's, or with tabs that do not confirm it, for a tab that has none of it. */
  undelivered(tab: string): AccountEvent[] {
    return this.#all(
      ({ given, at }) => !given.has(tab) && (given.size === 0 || this.now() - at > PROMPT_MS),
    ).map(({ event }) => event);
  }

  /** The tab is given these once more, and has them when it confirms that `seq`. */
  give(events: readonly AccountEvent[], tab: string, seq: number): void {
    const given = new Set(events);
    for (const item of this.#all(({ event }) => given.has(event))) item.given.set(tab, seq);
  }

  /** There is nothing left of these to be given to anybody. */
  drop(events: readonly AccountEvent[]): void {
    const dropped = new Set(events);
    for (const item of this.#all(({ event }) => dropped.has(event))) this.#items.delete(item);
    this.#runDue();
  }

  #all(which: (item: Pending) => boolean): Pending[] {
    return [...this.#items].filter((item): item is Pending => !('run' in item) && which(item));
  }

  #runDue(): void {
    for (const item of this.#items) {
      if (!('run' in item)) return;
      this.#items.delete(item);
      item.run();
    }
  }
}
