/** `npm run test:chaos -- --seed N --minutes M --host page`: one run, its report, and 0 violations or exit code 1. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { reportOf, timeline } from './report.js';
import { type RollingOptions, runRollingRestart } from './rolling.js';
import { type RunOptions, runChaos } from './run.js';

const DEFAULT_LENGTH_MS = 60_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const SEEDS = 1_000_000;

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      history: { type: 'string' },
      nodes: { type: 'string' },
      rolling: { type: 'boolean' },
      host: { type: 'string', default: 'shared' },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(values.seed);
  const asked = Number(values.minutes ?? 0) * MINUTE_MS + Number(values.seconds ?? 0) * SECOND_MS;
  const lengthMs = asked === 0 ? DEFAULT_LENGTH_MS : asked;
  const nodes = Number(values.nodes ?? 0);
  const { host } = values;
  const isHost = host === 'shared' || host === 'leader' || host === 'page';
  if (![seed, nodes].every(Number.isInteger) || !(lengthMs > 0) || nodes < 0 || !isHost) {
    console.error(
      'usage: npm run test:chaos -- [--seed N] [--minutes M] [--seconds S] [--host shared|leader|page] [--nodes N] [--rolling] [--history FILE]',
    );
    return 2;
  }
  const options = {
    seed,
    lengthMs,
    nodes,
    host,
    log: (line: string) => console.log(line),
  } satisfies RunOptions;
  if (values.rolling === true) return rolling(options);
  const result = await runChaos(options);
  console.log(reportOf(options, result));
  if (values.history !== undefined) {
    const whole = timeline(result.history);
    await writeFile(values.history, `${whole.join('\n')}\n`);
  }
  console.log(`\nseed ${seed}: ${result.violations.length} violations`);
  return result.violations.length === 0 ? 0 : 1;
}

async function rolling(options: RollingOptions): Promise<number> {
  const result = await runRollingRestart(options);
  console.log(reportOf(options, result));
  for (const one of result.noticed) console.log(`noticed: ${one}`);
  console.log(`\nthe latest message took ${result.latestMs} ms; ${result.noticed.length} things noticed`);
  return result.noticed.length === 0 ? 0 : 1;
}
