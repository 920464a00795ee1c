/** `npm run gateway -- --port …`: the built gateway in the foreground, as if it had been started directly. */
import { spawn } from 'node:child_process';
import { runnerImport } from 'vite';
import { GATEWAY, inRoot } from '../lib/paths.mjs';
import { exitOf, onStop } from '../lib/process.mjs';
import { ensureGateway } from './build.mjs';

/** @returns {Promise<number>} the gateway's own exit code */
export async function gateway(args) {
  await checkUsage(args);
  const code = await ensureGateway();
  if (code !== 0) return code;
  // A process group of its own. Otherwise Ctrl-C would signal it twice: by the terminal and by this process.
  const child = spawn(process.execPath, [GATEWAY, ...args], { stdio: 'inherit', detached: true });
  const undo = onStop((signal) => child.kill(signal));
  try {
    return await exitOf(child);
  } finally {
    undo();
  }
}

/** Prints the help or a mistake, and ends the process, before a build is made for it. */
async function checkUsage(args) {
  const { module } = await runnerImport(inRoot('gateway/src/command-line.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  module.program.parse(args, { from: 'user' });
}
