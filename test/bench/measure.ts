/** Shared by the benchmarks. Each figure alternates with a baseline, in the same browser and the same minute. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';

const ROUNDS = 3;

export interface Measured {
  what: string;
  unit: string;
  baseline: number;
  ours: number;
}

/** Bundles pages of `pages/`. @returns the directory, for the caller to delete */
export async function buildPages(...names: string[]): Promise<string> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-bench-'));
  const pages = fileURLToPath(new URL('./pages/', import.meta.url));
  for (const name of names) {
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2022',
        lib: {
          entry: path.join(pages, `${name}.ts`),
          formats: ['iife'],
          name: 'bench',
          fileName: () => `${name}.js`,
        },
      },
    });
  }
  return outDir;
}

/** @returns a function for the processor time in ms that a page's main thread has used since, without other threads */
export async function mainThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
  const before = await busyMs();
  return async () => {
    const after = await busyMs();
    await session.detach();
    return after - before;
  };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs both alternately, and takes the median of each. */
export async function compare(
  what: string,
  unit: string,
  baseline: () => Promise<number>,
  ours: () => Promise<number>,
): Promise<Measured> {
  const figures = { baseline: [] as number[], ours: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.baseline.push(await baseline());
    figures.ours.push(await ours());
  }
  return { what, unit, baseline: median(figures.baseline), ours: median(figures.ours) };
}

export function report(results: readonly Measured[]): void {
  console.table(
    results.map(({ what, unit, baseline, ours }) => ({
      what,
      unit,
      baseline: Number(baseline.toPrecision(3)),
      ours: Number(ours.toPrecision(3)),
      'ours / baseline': Number((ours / baseline).toPrecision(3)),
    })),
  );
}
