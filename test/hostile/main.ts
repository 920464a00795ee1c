/** `npm run test:hostile -- --figures [--rounds N] [--gateway main.js]`, `-- --soak M`; and, started by these, `--attack kind:count`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ATTACKS } from './attacks.js';
import { figures } from './figures.js';
import { soak } from './soak.js';
import { lower, range } from './stage.js';

/** The options of the command line: `scripts/lib/commands.mjs`. */
interface Values {
  figures?: boolean;
  soak?: number;
  rounds: number;
  /** The gateway's built program. */
  gateway: string;
  data?: string;
  only?: string[];
  attack?: string[];
  url?: string;
}

/** @returns the exit code */
export async function main(values: Values): Promise<number> {
  if (values.attack !== undefined && values.url !== undefined) {
    await attack(values.url, values.attack);
    return 0;
  }
  const options = { gateway: values.gateway, data: values.data, attackers: startAttackers };
  if (values.figures) return figures({ ...options, rounds: values.rounds, only: values.only });
  return soak({ ...options, minutes: values.soak ?? 0 });
}

async function attack(url: string, kinds: readonly string[]): Promise<void> {
  // A library reports broken sockets, which are expected here.
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  process.once('disconnect', () => process.exit());
  const ready: (() => Promise<void>)[] = [];
  const all = kinds.flatMap((kind) => {
    const [name = '', count] = kind.split(':');
    return range(Number(count)).map(() => name);
  });
  try {
    for (const [index, name] of all.entries()) {
      const run = await ATTACKS[name]?.(url, index);
      if (run) ready.push(run);
    }
  } catch (error) {
    console.error(`the attack could not be prepared: ${String(error)}`);
    process.exit(1);
  }
  process.send?.('begun');
  await Promise.all(ready.map((run) => run()));
}

/** Resolves when the attack has begun. */
export type StartAttackers = (url: string, kinds: readonly string[]) => Promise<ChildProcess>;

/** Attackers have a process of their own, so that they do not slow the measuring one. */
const startAttackers: StartAttackers = async (url, kinds) => {
  const child = spawn(
    process.execPath,
    ['scripts/run.mjs', 'test:hostile', '--url', url, ...kinds.flatMap((kind) => ['--attack', kind])],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  lower(child);
  const ended = once(child, 'exit').then(() => {
    throw new Error('the attackers have ended before they began');
  });
  // Later it is no news.
  ended.catch(() => {});
  await Promise.race([once(child, 'message'), ended]);
  return child;
};
