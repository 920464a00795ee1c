/**
 * `node scripts/run.mjs COMMAND`: runs a command of package.json. `lib/commands.mjs` lists them.
 * This file is plain Node, so that it works on a fresh clone. It installs the packages before it loads a task.
 */
import { readArguments, usageOf } from './lib/arguments.mjs';
import { COMMANDS } from './lib/commands.mjs';
import { ensureInstalled } from './lib/setup.mjs';

const WRONG_USAGE = 2;

async function main([name = '', ...args]) {
  if (!Object.hasOwn(COMMANDS, name)) {
    console.error(`usage: npm run ${Object.keys(COMMANDS).join(' | ')}`);
    return WRONG_USAGE;
  }
  const command = COMMANDS[name];
  const read = command.hasOwnUsage ? { values: {}, words: args } : readArguments(command, args);
  if (read.isHelp) {
    console.log(usageOf(name, command));
    return 0;
  }
  if (read.problem) {
    console.error(`${read.problem}\n\n${usageOf(name, command)}`);
    return WRONG_USAGE;
  }
  const installed = await ensureInstalled();
  return installed === 0 ? command.run(read.values, read.words, args) : installed;
}

process.exitCode = await main(process.argv.slice(2));
