/** A rolling restart under load: one node after the other is stopped and started, and no user may notice. */
import { type RunResult, runChaos } from './run.js';
import { makeRollingRestart } from './schedule.js';
import { makeWireLoad, type WireLoad } from './wire-load.js';

/** The time that a node's clients have to go, and that it has to finish: `retryAfterMs` and `closeGraceMs`. */
const DRAIN_MS = 10_000;

export interface RollingOptions {
  seed: number;
  lengthMs: number;
  nodes: number;
  /** Of the wire protocol, beside the browsers. Each sends a message a second. */
  clients: number;
  log?: (line: string) => void;
}

export interface RollingResult extends RunResult {
  /** The things that a user would have noticed. */
  noticed: string[];
  /** The longest time from a call to its message on another tab. */
  latestMs: number;
  load: WireLoad | undefined;
}

export async function runRollingRestart(options: RollingOptions): Promise<RollingResult> {
  const { seed, lengthMs, nodes, clients } = options;
  let load: WireLoad | undefined;
  const result = await runChaos({
    ...options,
    schedule: makeRollingRestart(seed, lengthMs, nodes),
    untilDone: 'nodes',
    balance: 'fewest',
    beside: async (world) => {
      const run = clients > 0 ? await makeWireLoad(world, clients) : undefined;
      return async (isOver) => {
        load = await run?.(isOver);
      };
    },
  });
  const latestMs = Math.max(latestOf(result), load?.latestArrivalMs ?? 0);
  const noticed = [
    ...result.violations.map(({ kind, what }) => `${kind}: ${what}`),
    ...failuresOf(result),
    ...idleStops(result, nodes),
    ...(load?.noticed ?? []),
  ];
  if (latestMs > DRAIN_MS) noticed.push(`a message arrived after ${Math.round(latestMs)} ms`);
  if (result.logins > 0) noticed.push(`${result.logins} logins`);
  return { ...result, noticed, latestMs, load };
}

/** A restart proves something if the node had clients. */
function idleStops({ stops }: RunResult, nodes: number): string[] {
  const all = Array.from({ length: nodes }, (_, node) => stops.find((stop) => stop.node === node));
  return all.flatMap((stop, node) => {
    if (!stop) return [`node ${node} was not restarted`];
    return stop.connections > 0 ? [] : [`node ${node} had no connections when it stopped`];
  });
}

function failuresOf({ history }: RunResult): string[] {
  return [...history.sends.values()].flatMap(({ name, attempts }) =>
    attempts.flatMap(({ settled }) =>
      settled.flatMap(({ as, code }) => (as === 'success' ? [] : [`${name} ended with ${as} ${code}`])),
    ),
  );
}

function latestOf({ history }: RunResult): number {
  const called = new Map([...history.sends.values()].map(({ name, attempts }) => [name, attempts[0]?.at]));
  let latestMs = 0;
  for (const { delivered } of history.instances.values()) {
    for (const { name, at, by } of delivered) {
      const since = called.get(name);
      if (by === 'live' && since !== undefined) latestMs = Math.max(latestMs, at - since);
    }
  }
  return latestMs;
}
