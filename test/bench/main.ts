/**
 * `npm run bench [-- SUITE …] [--rounds N] [--quick] [--minutes M] [--out FILE] [--compare FILE]`: measures the runtime and the gateway against baselines.
 * Prints a table and writes it as JSON, which `npm run bench:charts` draws. No test depends on a figure.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Figure, Report, Series } from './figures.js';
import { answerLoad } from './node/load.js';
import { comparisonOf, tableOf } from './report.js';
import { SUITES } from './suites/index.js';

const GB = 1_024 ** 3;

/** The options of the command line: `scripts/lib/commands.mjs`. */
interface Values {
  rounds: number;
  quick?: boolean;
  minutes: number;
  out: string;
  compare?: string;
  load?: boolean;
}

/** @param suites their names; by default all @returns the exit code */
export async function main(values: Values, suites: readonly string[], chromium: string): Promise<number> {
  const { rounds, minutes, quick = false } = values;
  if (values.load) {
    await answerLoad();
    return 0;
  }
  const names = suites.length > 0 ? suites : Object.keys(SUITES);
  const figures: Figure[] = [];
  const series: Series[] = [];
  for (const name of names) {
    console.log(`— ${name}`);
    await SUITES[name]?.({
      rounds,
      quick,
      minutes,
      add: (...some) => {
        figures.push(...some);
        console.log(tableOf({ figures: some }).split('\n').slice(2).join('\n'));
      },
      draw: (...some) => {
        series.push(...some);
      },
    });
  }
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: {
      cpu: os.cpus()[0]?.model ?? '',
      cores: os.cpus().length,
      memoryGb: Math.round(os.totalmem() / GB),
      node: process.version,
      chromium,
    },
    rounds,
    figures,
    series: merged(series),
  };
  console.log(`\n${tableOf(report)}`);
  await mkdir(path.dirname(values.out), { recursive: true });
  await writeFile(values.out, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten to ${values.out}`);
  if (values.compare !== undefined) {
    const before = JSON.parse(await readFile(values.compare, 'utf8')) as Report;
    console.log(`\n${comparisonOf(report, before)}`);
  }
  return 0;
}

/** One series for each line of a chart. */
function merged(series: readonly Series[]): Series[] {
  const lines = new Map<string, Series>();
  for (const { chart, line, points } of series) {
    const key = `${chart} ${line}`;
    lines.set(key, { chart, line, points: [...(lines.get(key)?.points ?? []), ...points] });
  }
  return [...lines.values()];
}
