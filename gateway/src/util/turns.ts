/**
 * The order of service if not all can be served at once: the account with the least recent work comes first. An account that keeps the
 * gateway busy waits for the others, and hardly the other way round.
 */

/** How much of the gateway's time an account has taken. */
export interface Usage {
  /** Milliseconds, of which half is forgotten after {@link HALF_LIFE_MS}. */
  takenMs: number;
  atMs: number;
}

export const noUsage = (): Usage => ({ takenMs: 0, atMs: 0 });

const HALF_LIFE_MS = 5_000;
/** Level n has taken less than 2^n milliseconds. */
const LEVELS = 16;
/** So often the one who waits longest on the highest level is next: he has to wait, and not for ever. */
const TURN_OF_THE_HEAVIEST = 16;

/** The tools for the work of a turn. */
export interface Turn {
  /** Gives the turn to others while this one waits for something else. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** Lets those go ahead who wait and have taken less. Long work calls this between its pieces. */
  giveWay(): Promise<void>;
}

const NO_KEYS: readonly Key[] = [];

interface Waiting {
  readonly keys: readonly Key[];
  start(): void;
}

/** Two pieces of work with a key in common are never served at the same time. */
export type Key = string | number;

export class Turns {
  readonly #levels: Waiting[][] = Array.from({ length: LEVELS }, () => []);
  readonly #heldKeys = new Set<Key>();
  #free: number;
  #waiting = 0;
  #given = 0;

  /** @param atOnce how many are served at a time */
  constructor(
    atOnce: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.#free = atOnce;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Does the work when it is its turn, and charges the time that it takes. */
  async run<T>(usage: Usage, work: (turn: Turn) => Promise<T>, keys: readonly Key[] = NO_KEYS): Promise<T> {
    const turn = new TakenTurn(this, usage, keys, await this.take(usage, keys));
    try {
      return await work(turn);
    } finally {
      turn.giveBack();
    }
  }

  /** Waits for a turn. @returns gives the turn back, to be called once; the time until then is charged */
  async take(usage: Usage, keys: readonly Key[] = NO_KEYS): Promise<() => void> {
    if (this.#free > 0 && this.#waiting === 0 && keys.length === 0) this.#free -= 1;
    else await this.#wait(usage, keys);
    const sinceMs = this.clock();
    return () => {
      const nowMs = this.clock();
      usage.takenMs = current(usage, nowMs) + nowMs - sinceMs;
      usage.atMs = nowMs;
      for (const key of keys) this.#heldKeys.delete(key);
      this.#free += 1;
      this.#serve();
    };
  }

  #wait(usage: Usage, keys: readonly Key[]): Promise<void> {
    const level = Math.min(LEVELS - 1, Math.ceil(Math.log2(1 + current(usage, this.clock()))));
    return new Promise((start) => {
      this.#levels[level]?.push({ keys, start });
      this.#waiting += 1;
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#free > 0 && this.#waiting > 0) {
      const next = this.#pick();
      if (!next) return;
      this.#free -= 1;
      this.#waiting -= 1;
      for (const key of next.keys) this.#heldKeys.add(key);
      next.start();
    }
  }

  /** The first in order whose keys are free. Waiters for the same key keep their order. */
  #pick(): Waiting | undefined {
    const isForHeaviest = this.#given + 1 === TURN_OF_THE_HEAVIEST;
    const taken = new Set(this.#heldKeys);
    for (const level of isForHeaviest ? this.#levels.toReversed() : this.#levels) {
      for (const [index, waiting] of level.entries()) {
        if (!waiting.keys.some((key) => taken.has(key))) {
          level.splice(index, 1);
          this.#given = (this.#given + 1) % TURN_OF_THE_HEAVIEST;
          return waiting;
        }
        for (const key of waiting.keys) taken.add(key);
      }
    }
    return undefined;
  }
}

class TakenTurn implements Turn {
  constructor(
    private readonly turns: Turns,
    private readonly usage: Usage,
    private readonly keys: readonly Key[],
    public giveBack: () => void,
  ) {}

  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.giveBack();
    try {
      return await work();
    } finally {
      this.giveBack = await this.turns.take(this.usage, this.keys);
    }
  }

  giveWay(): Promise<void> {
    return this.turns.waiting > 0 ? this.aside(() => Promise.resolve()) : Promise.resolve();
  }
}

const current = ({ takenMs, atMs }: Usage, nowMs: number): number =>
  takenMs * 0.5 ** ((nowMs - atMs) / HALF_LIFE_MS);

/** The length of work in one go, before other work of this process gets its turn. */
const SLICE_MS = 4;

/** How long this turn of the event loop has been in use: the network and timers wait for its end. */
export class LoopTurn {
  #since: number | undefined;

  /** @param onNext called when the next turn begins after one that was in use */
  constructor(
    private readonly clock: () => number = () => performance.now(),
    private readonly onNext = (): void => {},
  ) {}

  /** Whether there is time left. The first to ask begins the slice. */
  hasTime(): boolean {
    if (this.#since !== undefined) return this.clock() - this.#since < SLICE_MS;
    this.#since = this.clock();
    setImmediate(() => {
      this.#since = undefined;
      this.onNext();
    });
    return true;
  }

  /**
   * Lets the network and timers go ahead when there is no time left. Long work calls this between its pieces. Each caller continues after one
   * turn. A caller that looked at the time again could wait for ever behind another one that is always ahead of it.
   */
  async breathe(): Promise<void> {
    if (!this.hasTime()) await new Promise(setImmediate);
  }
}

/** There is one event loop. */
export const loopTurn = new LoopTurn();

/**
 * Cuts arriving work into slices. A burst of one client alternates with the work of others, and work in an idle process starts at once.
 */
export class Slices<K> {
  readonly #waiting = new Map<K, (() => void)[]>();
  readonly #turn: LoopTurn;

  constructor(clock?: () => number) {
    this.#turn = new LoopTurn(clock, () => this.#goOn());
  }

  /** Does the work, now or soon; for each key in the order in which it was handed in. */
  add(key: K, work: () => void): void {
    if (this.#waiting.size === 0 && this.#turn.hasTime()) {
      work();
      return;
    }
    const before = this.#waiting.get(key);
    if (before) before.push(work);
    else this.#waiting.set(key, [work]);
  }

  #goOn(): void {
    while (this.#waiting.size > 0 && this.#turn.hasTime()) {
      for (const [key, works] of this.#waiting) {
        const work = works.shift();
        // To the end of the round.
        this.#waiting.delete(key);
        if (works.length > 0) this.#waiting.set(key, works);
        work?.();
        break;
      }
    }
  }
}
