/**
 * The schedule of sends and faults. It is a pure function of the seed and the length, so that a run can be repeated. The run leaves out steps
 * that have become impossible, for example with a closed tab.
 *
 * Each lane runs in order and beside the others. Two faults that together may lose an accepted message are separated. From the failure of a
 * profile's storage until its outbox is empty, neither its tabs nor its worker die.
 */
import { FakeRandom } from '../unit/fakes/random.js';
import { PROFILES, type ProfileName, SLOTS, slotsIn, slotsOf, TARGETS, type Target } from './cast.js';

export type Lane = 'sends' | 'network' | 'gateway' | 'nodes' | ProfileName;

export type Send = { do: 'send'; slot: number; to: Target; count: number; file: boolean; cancel: boolean };

export type Action =
  | Send
  /** Retries a failed send. */
  | { do: 'retry'; slot: number }
  | { do: 'cut' }
  /** The next frames in either direction are held, with all frames behind them. */
  | { do: 'delay'; frames: number; delayMs: number }
  | { do: 'repeat'; frames: number }
  | { do: 'swallow'; what: Swallowed; frames: number }
  /** The connection breaks instead of passing such a frame. */
  | { do: 'cutOn'; what: Swallowed }
  /** A half-open network: nothing passes, and no side notices. */
  | { do: 'freeze'; ms: number }
  /** New connections are refused. */
  | { do: 'refuse'; ms: number }
  | { do: 'offline'; ms: number }
  | { do: 'killGateway'; ms: number }
  | { do: 'stopGateway'; ms: number }
  | NodeAction
  | { do: 'close' | 'reload' | 'crash'; slot: number }
  | { do: 'open'; slot: number; offlineSend: 'queue' | 'timeout' }
  | { do: 'killWorker' | 'killBrowser'; profile: ProfileName }
  | { do: 'clearStorage' | 'breakStorage'; profile: ProfileName }
  /** Stops sends from this profile until its worker has died, and continues when no send is in flight. */
  | { do: 'drain'; profile: ProfileName };

/** Faults of a gateway of several nodes. */
export type NodeAction =
  | { do: 'killNode' | 'stopNode' | 'pauseNode'; node: number; ms: number }
  /** The network between a node and a server ends all connections, or lets nothing pass and says nothing. */
  | { do: 'cutNode' | 'holdNode'; node: number; from: 'postgres' | 'redis'; ms: number }
  | { do: 'killRedis' | 'pauseRedis'; ms: number }
  | { do: 'emptyRedis' | 'restartPostgres' };

export type Swallowed = 'ack' | 'answer' | 'request';
export type Step = Action & { atMs: number; lane: Lane };

/** How much longer a rolling restart may take than it should. */
const LONGEST_TIMES = 10;
const SEND_GAP_MS = 350;
const NETWORK_GAP_MS = 1_800;
const GATEWAY_GAP_MS = 14_000;
const NODES_GAP_MS = 6_000;
const PROFILE_GAP_MS = 3_500;
/** The time for which a profile runs with a failed storage. */
const DEGRADED_MS = 2_500;
/** Outages as long as the runtime's own timeouts need a run that is long enough to get over them. */
const LONG_RUN_MS = 120_000;
const OFFLINE_MS = { short: [500, 3_000], long: [500, 12_000] } as const;
const FREEZE_MS = { short: [300, 2_000], long: [500, 25_000] } as const;
/** The long ones are longer than every time-out of a node, its clients and its servers. */
const NODE_DOWN_MS = { short: [200, 1_200], long: [1_000, 40_000] } as const;
const DOWN_MS = { short: [0, 1_000], long: [0, 6_000] } as const;
/** The time to recover after each of them. Without it the run would be one endless outage. */
const RECOVERY_MS = { short: [0, 500], long: [4_000, 20_000] } as const;

interface ScheduleOptions {
  /** Of the gateway; 0 for a single process. */
  nodes?: number;
  slots?: readonly number[];
}

export function makeSchedule(
  seed: number,
  lengthMs: number,
  { nodes = 0, slots = slotsIn('shared') }: ScheduleOptions = {},
): Step[] {
  const writer = new Writer(seed, lengthMs, slots);
  return [
    ...writer.sends(),
    ...writer.network(),
    ...(nodes > 0 ? writer.nodes(nodes) : writer.gateway()),
    ...PROFILES.flatMap((profile) => writer.profile(profile)),
  ].sort((a, b) => a.atMs - b.atMs);
}

/**
 * Sends only, and one node after the other is stopped and started again. There are sends for a much longer run, since a stop takes its time on a
 * slow machine.
 */
export function makeRollingRestart(seed: number, lengthMs: number, nodes: number): Step[] {
  const writer = new Writer(seed, LONGEST_TIMES * lengthMs, slotsIn('shared'));
  const restarts = Array.from({ length: nodes }, (_, node): Step => {
    const atMs = Math.round(((node + 0.5) / nodes) * lengthMs);
    return { do: 'stopNode', node, ms: 0, atMs, lane: 'nodes' };
  });
  const plain = writer
    .sends()
    .flatMap((step): Step[] => (step.do === 'send' ? [{ ...step, cancel: false }] : []));
  return [...plain, ...restarts].sort((a, b) => a.atMs - b.atMs);
}

class Writer {
  readonly #random: FakeRandom;
  readonly #length: 'short' | 'long';

  constructor(
    seed: number,
    private readonly lengthMs: number,
    private readonly slots: readonly number[],
  ) {
    this.#random = new FakeRandom(seed);
    this.#length = lengthMs >= LONG_RUN_MS ? 'long' : 'short';
  }

  sends(): Step[] {
    return this.#lane('sends', SEND_GAP_MS, () => {
      const slot = this.#random.pick(this.slots) ?? 0;
      if (this.#random.chance(0.03)) return [{ do: 'retry', slot }];
      const others = TARGETS.filter((target) => target !== SLOTS[slot]?.account);
      return [
        {
          do: 'send',
          slot,
          to: this.#random.pick(others) ?? 'group',
          count: this.#random.chance(0.15) ? 4 + this.#random.below(5) : 1 + this.#random.below(2),
          file: this.#random.chance(0.1),
          cancel: this.#random.chance(0.1),
        },
      ];
    });
  }

  network(): Step[] {
    const frames = () => 1 + this.#random.below(6);
    const deck = this.#deck<Action>([
      () => ({ do: 'cut' }),
      () => ({ do: 'delay', frames: frames(), delayMs: 100 + this.#random.below(900) }),
      () => ({ do: 'repeat', frames: frames() }),
      () => ({ do: 'swallow', what: 'ack', frames: frames() }),
      () => ({ do: 'swallow', what: 'answer', frames: 1 + this.#random.below(2) }),
      () => ({ do: 'swallow', what: 'request', frames: 1 + this.#random.below(2) }),
      () => ({ do: 'cutOn', what: 'answer' }),
      () => ({ do: 'cutOn', what: 'request' }),
      () => ({ do: 'freeze', ms: this.#between(FREEZE_MS) }),
      () => ({ do: 'refuse', ms: this.#between(OFFLINE_MS) }),
      () => ({ do: 'offline', ms: this.#between(OFFLINE_MS) }),
    ]);
    return this.#lane('network', NETWORK_GAP_MS, () => [deck()]);
  }

  gateway(): Step[] {
    const deck = this.#deck<Action>([
      () => ({ do: 'killGateway', ms: this.#between(DOWN_MS) }),
      () => ({ do: 'stopGateway', ms: this.#between(DOWN_MS) }),
    ]);
    return this.#lane('gateway', Math.min(GATEWAY_GAP_MS, this.lengthMs / 3), () => [deck()]);
  }

  nodes(count: number): Step[] {
    const node = () => this.#random.below(count);
    const ms = () => this.#between(NODE_DOWN_MS);
    const from = () => (this.#random.chance(0.5) ? 'postgres' : 'redis');
    const deck = this.#deck<Action>([
      () => ({ do: 'killNode', node: node(), ms: this.#between(DOWN_MS) }),
      () => ({ do: 'stopNode', node: node(), ms: this.#between(DOWN_MS) }),
      () => ({ do: 'pauseNode', node: node(), ms: ms() }),
      () => ({ do: 'cutNode', node: node(), from: from(), ms: ms() }),
      () => ({ do: 'holdNode', node: node(), from: from(), ms: ms() }),
      () => ({ do: 'killRedis', ms: ms() }),
      () => ({ do: 'pauseRedis', ms: ms() }),
      () => ({ do: 'emptyRedis' }),
      () => ({ do: 'restartPostgres' }),
    ]);
    return this.#lane('nodes', Math.min(NODES_GAP_MS, this.lengthMs / 6), () => [deck()]);
  }

  profile(profile: ProfileName): Step[] {
    const slots = slotsOf(profile, this.slots);
    const slot = () => this.#random.pick(slots) ?? 0;
    const open = (at: number): Action => ({
      do: 'open',
      slot: at,
      offlineSend: this.#random.chance(0.25) ? 'timeout' : 'queue',
    });
    const closeAndReopen = (how: 'close' | 'crash'): Action[] => {
      const at = slot();
      return [{ do: how, slot: at }, open(at)];
    };
    const degraded = (how: 'clearStorage' | 'breakStorage'): Action[] => [
      { do: how, profile },
      { do: 'drain', profile },
      { do: 'killWorker', profile },
    ];
    const reopened = (): Action[] => slots.map((at) => open(at));
    const deck = this.#deck<Action[]>([
      () => closeAndReopen('close'),
      () => closeAndReopen('crash'),
      () => [{ do: 'reload', slot: slot() }],
      () => [{ do: 'killWorker', profile }],
      () => [{ do: 'killBrowser', profile }, ...reopened()],
      () => degraded('clearStorage'),
      () => degraded('breakStorage'),
      // All tabs at once, because the worker ends with its last tab.
      () => [...slots.map((at): Action => ({ do: 'close', slot: at })), ...reopened()],
    ]);
    return this.#lane(profile, PROFILE_GAP_MS, deck);
  }

  #lane(lane: Lane, gapMs: number, next: () => Action[]): Step[] {
    const steps: Step[] = [];
    for (let atMs = this.#gap(gapMs); atMs < this.lengthMs; atMs += this.#gap(gapMs)) {
      for (const action of next()) {
        if (action.do === 'drain') atMs += DEGRADED_MS;
        steps.push({ ...action, atMs, lane });
        if ('ms' in action) atMs += action.ms + this.#between(RECOVERY_MS);
      }
    }
    return steps;
  }

  #gap(gapMs: number): number {
    return Math.round(gapMs * (0.5 + this.#random.next()));
  }

  #between(range: Record<'short' | 'long', readonly [number, number]>): number {
    const [least, most] = range[this.#length];
    return least + this.#random.below(most - least);
  }

  /** A deck of cards: each card comes once before any comes again. */
  #deck<T>(cards: readonly (() => T)[]): () => T {
    let left: (() => T)[] = [];
    return () => {
      if (left.length === 0) left = [...cards];
      const [card] = left.splice(this.#random.below(left.length), 1);
      return (card ?? (cards[0] as () => T))();
    };
  }
}
