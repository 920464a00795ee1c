/**
 * Limited tries by name. A try that has begun is open until its result is there. A right one gives itself back, so an exhausted name with open
 * tries is worth waiting for. The same rules run in Redis for several nodes (`engine/redis-limiter.ts`).
 */
import { LRUCache } from 'lru-cache';

export interface Limit {
  name: string;
  most: number;
  /** In this time all of them come back. */
  perMs: number;
  /** Also worth waiting for without open tries: some come back with time. */
  isPatient?: boolean;
}

export type Outcome =
  | {
      is: 'taken';
      /** To be called with the result. @param isGivenBack the try does not count */
      settle(isGivenBack: boolean): void;
    }
  /** To be asked for again with this place. The latest goes first: a sender of many tries delays only itself. */
  | { is: 'wait'; place: number }
  | { is: 'none' };

export interface Limiter {
  /** A try of each limit, or of none. @param place of one that waits */
  take(limits: readonly Limit[], place?: number): Promise<Outcome>;
}

/** A result that has not come after this time counts as wrong. */
export const RESULT_MS = 5_000;
/** The interval at which a waiting request asks again. */
export const ASK_AGAIN_MS = 250;
/** The time after which a waiting request loses its place. */
export const PLACE_MS = 600;

/** Beyond this many names the one that was not asked for the longest is forgotten. */
const MAX_NAMES = 50_000;

interface State {
  left: number;
  filledAt: number;
  open: number;
  openUntil: number;
  /** The place of the latest that waits. */
  front: number;
  frontUntil: number;
}

/** Of a single process. */
export class LocalLimiter implements Limiter {
  readonly #states = new LRUCache<string, State>({ max: MAX_NAMES });
  #lastPlace = 0;

  constructor(private readonly now: () => number) {}

  take(limits: readonly Limit[], given?: number): Promise<Outcome> {
    this.#lastPlace += 1;
    const place = given ?? this.#lastPlace;
    const now = this.now();
    const all = limits.map((limit) => ({ limit, state: this.#filled(limit, now) }));
    const lacking = all.filter(({ state }) => state.left < (state.front > place ? 2 : 1));
    if (lacking.length === 0) {
      for (const { state } of all) {
        state.left -= 1;
        state.open += 1;
        state.openUntil = now + RESULT_MS;
        if (state.front === place) state.front = 0;
      }
      return Promise.resolve({
        is: 'taken',
        settle: (isGivenBack) => {
          for (const { limit, state } of all) settle(state, limit.most, isGivenBack);
        },
      });
    }
    const isWorthIt = lacking.every(
      ({ limit, state }) => limit.isPatient || state.open > 0 || state.left >= 1,
    );
    if (!isWorthIt) return Promise.resolve({ is: 'none' });
    for (const { state } of lacking) {
      if (state.front > place) continue;
      state.front = place;
      state.frontUntil = now + PLACE_MS;
    }
    return Promise.resolve({ is: 'wait', place });
  }

  #filled({ name, most, perMs }: Limit, now: number): State {
    const known = this.#states.get(name);
    const fresh = { left: most, filledAt: now, open: 0, openUntil: 0, front: 0, frontUntil: 0 };
    const state = known ?? fresh;
    if (!known) this.#states.set(name, state);
    // A clock that was set back must take nothing away.
    const elapsedMs = Math.max(0, now - state.filledAt);
    state.left = Math.min(most, state.left + (elapsedMs / perMs) * most);
    state.filledAt = now;
    if (state.openUntil <= now) state.open = 0;
    if (state.frontUntil <= now) state.front = 0;
    return state;
  }
}

function settle(state: State, most: number, isGivenBack: boolean): void {
  state.open = Math.max(0, state.open - 1);
  if (isGivenBack) state.left = Math.min(most, state.left + 1);
}
