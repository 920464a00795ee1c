/**
 * Hands events to the application's listeners: in order, each once, in slices short enough that a burst never holds a frame.
 *
 * A listener may be set before or after login. An event without a listener is kept for {@link KEEP_MS} and delivered to a listener set by then.
 * A listener is called in the zone in which it was set.
 */
import type { ListenerEvents, ListenerName } from '../../protocol/tab.js';
import { callSafely } from '../page/call-safely.js';
import { inZone } from '../page/zones.js';

/** How long an event waits for its listener. */
const KEEP_MS = 10_000;
/** How long one slice may take before the page gets its turn. Ten busy tabs on two cores stretch it fivefold. */
const SLICE_MS = 4;
/** After so long without an event the page has had its turn: calls within one task are closer together. */
const PAUSE_MS = 2;

type Listener<L extends ListenerName> = (data: ListenerEvents[L]) => void;
interface Entry {
  listener: ListenerName;
  data: unknown;
  /** The time at which it found no listener; 0 before. */
  at: number;
}

/** Stands behind what was pushed before it. */
interface Mark {
  reached(): void;
}

const CURRENT: ReadonlySet<ListenerName> = new Set([
  'onStateChange',
  'onUnreadChange',
  'onActiveChange',
  'onOutboxChange',
]);

export class Dispatcher {
  /** The one set by `onX`, which a second call replaces, as in V2. */
  readonly #primary = new Map<ListenerName, (data: unknown) => void>();
  readonly #added = new Map<ListenerName, readonly ((data: unknown) => void)[]>();
  readonly #kept = new Map<ListenerName, Entry[]>();
  #queue: (Entry | Mark)[] = [];
  #running = false;
  /** When the slice that has begun has to end. */
  #sliceUntil = 0;
  /** When the last call ended. */
  #calledUntil = Number.NEGATIVE_INFINITY;
  /** The rest of the queue waits for the page's turn. */
  #isYielding = false;
  #closed = false;
  readonly #yield: (fn: () => void) => void;

  constructor(yieldToPage: (fn: () => void) => void) {
    this.#yield = yieldToPage;
  }

  /** Replaces the listener of that name; anything but a function removes it. */
  set<L extends ListenerName>(name: L, fn: Listener<L> | null | undefined): void {
    const listener = inZone(fn);
    if (listener) {
      this.#primary.set(name, listener as (data: unknown) => void);
      this.#release(name);
    } else {
      this.#primary.delete(name);
    }
  }

  /** Adds a further listener. @returns its removal */
  add<L extends ListenerName>(name: L, fn: Listener<L>): () => void {
    const listener = inZone(fn) as ((data: unknown) => void) | undefined;
    if (!listener) return () => undefined;
    const others = () => (this.#added.get(name) ?? []).filter((other) => other !== listener);
    this.#added.set(name, others().concat([listener]));
    this.#release(name);
    return () => void this.#added.set(name, others());
  }

  push<L extends ListenerName>(listener: L, data: ListenerEvents[L]): void {
    this.enqueue(listener, data);
    this.#run();
  }

  /** The same for events of a batch, which {@link afterwards} ends. */
  enqueue<L extends ListenerName>(listener: L, data: ListenerEvents[L]): void {
    if (!this.#closed) this.#queue.push({ listener, data, at: 0 });
  }

  /** Calls back when all earlier events have been delivered. */
  afterwards(reached: () => void): void {
    if (this.#closed) return;
    this.#queue.push({ reached });
    this.#run();
  }

  /** Discards the events that no listener has received. The worker keeps them. */
  forget(): void {
    this.#queue = [];
    this.#kept.clear();
  }

  close(): void {
    this.#closed = true;
    this.forget();
    this.#primary.clear();
    this.#added.clear();
  }

  #release(name: ListenerName): void {
    const kept = this.#kept.get(name);
    if (!kept) return;
    this.#kept.delete(name);
    const now = Date.now();
    const late: (Entry | Mark)[] = kept.filter((entry) => now - entry.at < KEEP_MS);
    this.#queue = late.concat(this.#queue);
    // Listeners never run within the application's own call of onX.
    this.#yield(() => this.#run());
  }

  #run(): void {
    if (this.#running || this.#isYielding || this.#queue.length === 0) return;
    const now = performance.now();
    if (now - this.#calledUntil > PAUSE_MS) this.#sliceUntil = now + SLICE_MS;
    this.#running = true;
    while (performance.now() <= this.#sliceUntil) {
      const entry = this.#queue.shift();
      if (!entry) break;
      if ('reached' in entry) entry.reached();
      else this.#deliver(entry);
    }
    this.#running = false;
    this.#calledUntil = performance.now();
    if (this.#queue.length > 0) this.#runLater();
  }

  #runLater(): void {
    this.#isYielding = true;
    this.#yield(() => {
      this.#isYielding = false;
      this.#calledUntil = Number.NEGATIVE_INFINITY;
      this.#run();
    });
  }

  #deliver(entry: Entry): void {
    const primary = this.#primary.get(entry.listener);
    const added = this.#added.get(entry.listener);
    if (!primary && !added?.length) this.#keep(entry);
    if (primary) callSafely(primary, entry.data);
    if (added) for (const fn of added) callSafely(fn, entry.data);
  }

  #keep(entry: Entry): void {
    // These values can be read at any time, so an old one is useless to a late listener.
    if (CURRENT.has(entry.listener)) return;
    const now = Date.now();
    entry.at ||= now;
    const kept = this.#kept.get(entry.listener) ?? [];
    while (kept[0] && now - kept[0].at >= KEEP_MS) kept.shift();
    kept.push(entry);
    this.#kept.set(entry.listener, kept);
  }
}
