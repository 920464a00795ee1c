/** Steps of several threads, in an order that a property test chooses. */
import { type open, settled } from './fake-client.js';

/** Part of what happens to a store. */
export type Step = (opened: ReturnType<typeof open>) => unknown;

/** Steps of which each waits for the one before it. */
export type Thread = readonly Step[];

/** Runs all steps, those of one thread in their order. @param picks the thread that comes next, each time */
export async function interleave(
  threads: readonly Thread[],
  picks: Iterator<number>,
  opened: ReturnType<typeof open>,
) {
  const waiting = threads.map((thread) => [...thread]).filter(({ length }) => length > 0);
  while (waiting.length > 0) {
    const at = picks.next().value % waiting.length;
    const step = waiting[at]?.shift();
    if (waiting[at]?.length === 0) waiting.splice(at, 1);
    // A step that is not awaited is overtaken by others.
    const done = step?.(opened);
    if (picks.next().value % 2 === 0) await done;
  }
  await settled();
}
