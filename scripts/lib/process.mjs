/** Runs other programs to their end, and passes signals and exit codes on. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { ROOT } from './paths.mjs';

/** A shell's exit code for a program that a signal ended. */
const SIGNAL_EXIT_BASE = 128;

/** @returns {Promise<number>} the exit code of a child process, once it has exited */
export const exitOf = (child) =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('close', (code, signal) =>
      resolve(code ?? SIGNAL_EXIT_BASE + (os.constants.signals[signal] ?? 0)),
    );
  });

/** Runs a program in the foreground. @returns {Promise<number>} its exit code */
export const run = (command, args, options = {}) =>
  exitOf(spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], ...options }));

/** Runs a Node script in the foreground. */
export const runNode = (script, args, options) => run(process.execPath, [script, ...args], options);

/**
 * Runs a Node script and collects its output.
 * @returns {Promise<{ code: number, output: Buffer }>}
 */
export async function runCollected(script, args, options = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await exitOf(child);
  return { code, output: Buffer.concat(output) };
}

/** Runs a Node script, and shows its output only if it fails. */
export async function runQuietly(script, args) {
  const { code, output } = await runCollected(script, args);
  if (code !== 0) process.stderr.write(output);
  return code;
}

/** Calls back on Ctrl-C and SIGTERM. @returns a function that removes the handlers */
export function onStop(stop) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
