/**
 * `npm run bench [-- SUITE …] [--rounds N] [--quick] [--minutes M] [--out FILE] [--compare FILE]`: measures the runtime and the gateway against baselines.
 * Prints a table and writes it as JSON, which `npm run bench:charts` draws. No test depends on a figure.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure, Report, Series } from './figures.js';
import { answerLoad } from './node/load.js';
import { comparisonOf, tableOf } from './report.js';
import { SUITES } from './suites/index.js';

const OUT = 'test-results/bench.json';
const GB = 1_024 ** 3;

/** @returns the exit code */
export async function main(args: string[], chromium: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '5' },
      out: { type: 'string', default: OUT },
      compare: { type: 'string' },
      load: { type: 'boolean', default: false },
    },
  });
  if (values.load) {
    await answerLoad();
    return 0;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(SUITES);
  const rounds = Number(values.rounds);
  const minutes = Number(values.minutes);
  const unknown = names.filter((name) => !Object.hasOwn(SUITES, name));
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1 || !(minutes > 0)) {
    console.error(
      `usage: npm run bench -- [${Object.keys(SUITES).join(' | ')}] [--rounds N] [--quick] [--minutes M] [--out FILE] [--compare FILE]`,
    );
    return 2;
  }
  const figures: Figure[] = [];
  const series: Series[] = [];
  for (const name of names) {
    console.log(`— ${name}`);
    await SUITES[name]?.({
      rounds,
      quick: values.quick,
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
