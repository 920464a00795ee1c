/** Soak: the heaps of the worker, of a tab, and of a socket in the page, during minutes of traffic. Tabs come and go. */
import type { Page } from 'playwright-core';
import { workerHeapOf } from '../../kit/worker-heap.js';
import { quantile } from '../figures.js';
import { type Bench, figure, heapOf } from '../measure.js';
import { Stage } from '../stage.js';

const MB = 1_024 * 1_024;
const MINUTE_MS = 60_000;
/** Between two messages to each account. */
const RECEIVE_GAP_MS = 100;
const SEND_GAP_MS = 1_000;
/** How often the second tab closes, and another one opens. */
const TAB_MS = 20_000;
const SAMPLES = 40;

interface Sample {
  worker: number;
  tab: number;
  bare: number;
}

export async function soak(bench: Bench): Promise<void> {
  const minutes = bench.quick ? 0.25 : bench.minutes;
  const stage = await Stage.open(['alice', 'bob', 'dave']);
  try {
    const sender = await stage.client('dave');
    const profile = await stage.world.profile();
    const bareProfile = await stage.world.profile();
    const { page: tab } = await stage.page('with-runtime', profile, 'bob');
    const { page: bare } = await stage.page('bare-socket', bareProfile, 'alice');
    let { page: second } = await stage.page('with-runtime', profile, 'bob');
    let isOver = false;
    const every = async (ms: number, work: () => Promise<unknown>): Promise<void> => {
      while (!isOver) {
        const since = performance.now();
        await work();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - (performance.now() - since))));
      }
    };
    const send = (page: Page) => page.evaluate(() => window.bench.sendInTurn(['dave'], 1));
    let received = 0;
    const traffic = [
      every(RECEIVE_GAP_MS, async () => {
        received += 1;
        const text = `message ${received}, of an ordinary length as chats go`;
        await Promise.all(['bob', 'alice'].map((target) => sender.send(target, text)));
      }),
      every(SEND_GAP_MS, () => Promise.all([send(tab), send(bare)])),
      every(TAB_MS, async () => {
        await second.close();
        ({ page: second } = await stage.page('with-runtime', profile, 'bob'));
      }),
    ];
    const samples: Sample[] = [];
    const gapMs = (minutes * MINUTE_MS) / SAMPLES;
    for (let index = 0; index < SAMPLES; index += 1) {
      await new Promise((resolve) => setTimeout(resolve, gapMs));
      samples.push({
        worker: (await workerHeapOf(profile)) / MB,
        tab: (await heapOf(tab)) / MB,
        bare: (await heapOf(bare)) / MB,
      });
    }
    isOver = true;
    await Promise.all(traffic);
    sender.close();
    const grown = (of: keyof Sample) => [[grownBy(samples.map((sample) => sample[of]))]];
    const after = `after ${minutes} minutes and ${received} messages`;
    const about = (name: string) => ({ suite: 'soak', name, unit: 'MB', better: 'lower' as const });
    bench.add(
      figure(about(`the worker, ${after}`), [[samples.at(-1)?.worker ?? Number.NaN]]),
      figure(about('the worker, from the second to the last quarter: grown by'), grown('worker')),
      figure(about('a tab, from the second to the last quarter: grown by'), grown('tab'), {
        name: 'socket in the page',
        samples: grown('bare'),
      }),
    );
  } finally {
    await stage.close();
  }
}

/** The first quarter is left out: caches fill then. */
function grownBy(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4);
  const second = quantile(values.slice(quarter, 2 * quarter), 0.5);
  return quantile(values.slice(-quarter), 0.5) - second;
}
