/** A rolling restart under load: one node after the other is stopped and started, and no user may notice. */
import { type RunResult, runChaos } from './run.js';
import { makeRollingRestart } from './schedule.js';

/** The time that a node has to finish, and that its clients have to come back: `closeGraceMs` and `retryAfterMs`. */
const DRAIN_MS = 10_000;

export interface RollingOptions {
  seed: number;
  lengthMs: number;
  nodes: number;
  log?: (line: string) => void;
}

export interface RollingResult extends RunResult {
  /** The things that a user would have noticed. */
  noticed: string[];
  /** The longest time from a call to its message on another tab. */
  latestMs: number;
}

export async function runRollingRestart(options: RollingOptions): Promise<RollingResult> {
  const { seed, lengthMs, nodes } = options;
  const result = await runChaos({ ...options, schedule: makeRollingRestart(seed, lengthMs, nodes) });
  const failed = failuresOf(result);
  const latestMs = latestOf(result);
  const noticed = [...result.violations.map(({ kind, what }) => `${kind}: ${what}`), ...failed];
  if (latestMs > DRAIN_MS) noticed.push(`a message arrived after ${latestMs} ms`);
  if (result.logins > 0) noticed.push(`${result.logins} logins`);
  return { ...result, noticed, latestMs };
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
