/** `npm run test:chaos -- --seed N --minutes M --host page`: one run, its report, and 0 violations or exit code 1. */
import { writeFile } from 'node:fs/promises';
import type { HostKind } from '../kit/world.js';
import { reportOf, timeline } from './report.js';
import { type RollingOptions, runRollingRestart } from './rolling.js';
import { type RunOptions, type RunResult, runChaos } from './run.js';

const DEFAULT_LENGTH_MS = 60_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const SEEDS = 1_000_000;

/** The options of the command line: `scripts/lib/commands.mjs`. */
interface Values {
  seed?: number;
  minutes?: number;
  seconds?: number;
  history?: string;
  nodes: number;
  rolling?: boolean;
  clients: number;
  host: HostKind;
}

/** @returns the exit code */
export async function main(values: Values): Promise<number> {
  const { host, nodes, clients, seed = Math.floor(Math.random() * SEEDS), minutes = 0, seconds = 0 } = values;
  const lengthMs = minutes * MINUTE_MS + seconds * SECOND_MS || DEFAULT_LENGTH_MS;
  const options = {
    seed,
    lengthMs,
    nodes,
    host,
    log: (line: string) => console.log(line),
  } satisfies RunOptions;
  if (values.rolling === true) return rolling({ ...options, clients }, values.history);
  const result = await runChaos(options);
  console.log(reportOf(options, result));
  await keepHistory(result, values.history);
  console.log(`\nseed ${seed}: ${result.violations.length} violations`);
  return result.violations.length === 0 ? 0 : 1;
}

async function keepHistory({ history }: RunResult, file: string | undefined): Promise<void> {
  if (file !== undefined) await writeFile(file, `${timeline(history).join('\n')}\n`);
}

async function rolling(options: RollingOptions, file: string | undefined): Promise<number> {
  const result = await runRollingRestart(options);
  console.log(reportOf(options, result));
  await keepHistory(result, file);
  const { stops, load, logins, latestMs } = result;
  console.log('\nrestarts');
  for (const { node, connections } of stops) console.log(`  node ${node}, with ${connections} connections`);
  if (load) {
    const { sends, returns, latestAnswerMs } = load;
    console.log(
      `  wire clients: ${sends} sends, ${returns} returns, the latest answer after ${Math.round(latestAnswerMs)} ms`,
    );
  }
  for (const one of result.noticed) console.log(`noticed: ${one}`);
  console.log(
    `\nthe latest message took ${Math.round(latestMs)} ms; ${logins} logins; ${result.noticed.length} things noticed`,
  );
  return result.noticed.length === 0 ? 0 : 1;
}
