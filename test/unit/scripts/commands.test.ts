/** The command lines of package.json: the real program, as npm starts it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Command, readArguments, usageOf } from '../../../scripts/lib/arguments.mjs';
import { COMMANDS } from '../../../scripts/lib/commands.mjs';

const command = (name: string): Command => {
  const found = COMMANDS[name];
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
};
const ROOT = path.resolve(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** npm runs it before it packs: it is the build. */
const HOOKS = ['prepack'];
const names = Object.keys(scripts).filter((name) => !HOOKS.includes(name));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['scripts/run.mjs', ...args],
      { cwd: ROOT },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('every script of package.json is a command, and every command is a script', () => {
  expect(names.sort()).toEqual(Object.keys(COMMANDS).sort());
});

test.each(names.filter((name) => name !== 'gateway'))(
  '%s has a usage, and refuses a misspelt option',
  (name) => {
    expect(readArguments(command(name), ['--help'])).toEqual({ isHelp: true });
    expect(usageOf(name, command(name))).toContain(`usage: npm run ${name}`);
    expect(readArguments(command(name), ['--misspelt'])).toEqual({ problem: "Unknown option '--misspelt'." });
  },
);

/** The gateway's command line is compiled from its sources. */
const COMPILE_MS = 60_000;
test.each([
  ['build', /^usage: npm run build\n/, "Unknown option '--misspelt'."],
  // Its command line is that of the published program.
  ['gateway', /^Usage: jmessage-gateway /, "unknown option '--misspelt'"],
])(
  '%s prints its usage or the mistake before anything is built, and ends with 0 or 2',
  async (name, usage, problem) => {
    const [help, mistake] = await Promise.all([run(name, '--help'), run(name, '--misspelt')]);
    expect(help).toEqual({ code: 0, stdout: expect.stringMatching(usage), stderr: '' });
    expect(mistake).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
    expect(mistake.stderr).not.toMatch(/^ {4}at /m);
  },
  COMPILE_MS,
);

test('an unknown command prints the commands, and ends with 2', async () => {
  const { code, stderr } = await run('biuld');
  expect(code).toBe(2);
  expect(stderr).toContain('build');
});

test.each([
  ['test:chaos', ['--minutes', 'ten'], '--minutes is a number from 0.'],
  ['test:chaos', ['--seed', '1.5'], '--seed is a whole number from 0.'],
  ['test:chaos', ['--host', 'moon'], '--host is one of shared, leader, page.'],
  ['test:chaos', ['ten'], "Unknown argument 'ten'."],
  ['bench', ['speed'], "Unknown suite 'speed'."],
  ['docs', ['reference', 'dev'], "Unknown argument 'dev'."],
  ['load', ['--connections', '5', '--group', '6'], '--group is at most the number of --connections.'],
  ['test:hostile', ['--data', 'memory'], 'The other options belong to --figures or --soak.'],
] as const)('%s %o is refused', (name, args, problem) => {
  expect(readArguments(command(name), [...args])).toEqual({ problem });
});

test('options have their types and defaults, and the words their order', () => {
  expect(readArguments(command('test:chaos'), ['--minutes', '0.5', '--rolling'])).toMatchObject({
    values: { minutes: 0.5, rolling: true, host: 'shared', nodes: 0, seed: undefined },
  });
  expect(readArguments(command('test'), ['unit/x', '-t', 'a name'])).toMatchObject({
    values: { testNamePattern: 'a name' },
    words: ['unit/x'],
  });
});

test('the usage of the benchmarks names the suites that there are', () => {
  const files = readdirSync(path.join(ROOT, 'test/bench/suites')).map((name) => path.parse(name).name);
  expect(new Set(command('bench').words?.choices)).toEqual(new Set(files.filter((name) => name !== 'index')));
});
