/** How the suites measure: in rounds, ours and the baseline in turns, in the same browsers and against the same gateway. */
import type { CDPSession, Page } from 'playwright-core';
import { type Figure, type Series, spreadOf } from './figures.js';

export interface Bench {
  rounds: number;
  /** Smaller numbers: to see that everything runs, not for figures that anybody quotes. */
  quick: boolean;
  /** The length of the soak. */
  minutes: number;
  add(...figures: Figure[]): void;
  draw(...series: Series[]): void;
}

/** One measurement of one way. A list counts as so many samples of one round. */
type Arm = () => Promise<number | number[]>;

/** @returns for each arm, one list of samples for each round. Every second round runs the arms in reverse order. */
export async function inTurns<K extends string>(
  rounds: number,
  arms: Record<K, Arm>,
): Promise<Record<K, number[][]>> {
  const names = Object.keys(arms) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[][]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      samples[name].push([await arms[name]()].flat());
    }
  }
  return samples;
}

/** A figure from each round's samples. @param of one round's value, the mean by default */
export function figure(
  about: Omit<Figure, 'ours' | 'baseline'>,
  ours: number[][],
  baseline?: { name: string; samples: number[][] },
  of: (samples: number[]) => number = (samples) => samples.reduce((a, b) => a + b, 0) / samples.length,
): Figure {
  return {
    ...about,
    ours: spreadOf(ours.map(of)),
    ...(baseline && { baseline: { name: baseline.name, ...spreadOf(baseline.samples.map(of)) } }),
  };
}

/** Does the work. @returns how much processor time the page's main thread took for it, ms: other threads' time is not in it */
export async function mainThreadTime(page: Page, work: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await metric(session, 'TaskDuration');
  await work();
  const after = await metric(session, 'TaskDuration');
  await session.detach();
  return (after - before) * 1_000;
}

async function metric(session: CDPSession, wanted: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
}

/** Of a browser's trace: tasks have their durations, and the processor time of their thread, both in µs. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
}

/** Does the work. @returns the processor time of the longest task of any page's main thread, ms: waiting for a core is not in it */
export async function longestTaskTime(page: Page, work: () => Promise<unknown>): Promise<number> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the page has no browser that can be traced');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await work();
  const trace: { traceEvents: TraceEvent[] } = JSON.parse(String(await browser.stopTracing()));
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  const isPages = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const pages = new Set(trace.traceEvents.filter(isPages).map(threadOf));
  const tasks = trace.traceEvents.filter((event) => event.ph === 'X' && pages.has(threadOf(event)));
  if (tasks.length === 0) throw new Error('the trace has no task of a page');
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1_000;
}

/** Bytes of JavaScript objects that a page cannot let go of. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
