/** Carries a schedule out, each lane independently. */
import type { Lane, Step } from './schedule.js';

interface Carrying {
  lengthMs: number;
  /** The lane that the run waits for: it is carried out to its end, and the others go on until then. */
  untilDone?: Lane | undefined;
  pass(ms: number): Promise<void>;
  step(step: Step): Promise<void>;
}

/** A slow step shifts the rest of its lane, and steps after the end are left out. */
export async function carryOut(schedule: readonly Step[], carrying: Carrying): Promise<void> {
  const { lengthMs, untilDone, pass, step: run } = carrying;
  const begin = performance.now();
  const now = () => performance.now() - begin;
  const lanes = new Map<Lane, Step[]>();
  for (const step of schedule) lanes.set(step.lane, [...(lanes.get(step.lane) ?? []), step]);
  let isDone = untilDone === undefined;
  const carryOutLane = async ([lane, steps]: [Lane, Step[]]): Promise<void> => {
    let lateMs = 0;
    for (const step of steps) {
      await pass(step.atMs + lateMs - now());
      if (now() > lengthMs && isDone) return;
      await run(step);
      const endMs = step.atMs + ('ms' in step ? step.ms : 0);
      lateMs = Math.max(lateMs, now() - endMs);
    }
    if (lane === untilDone) isDone = true;
  };
  await Promise.all([...lanes].map(carryOutLane));
}
