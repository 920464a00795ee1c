/**
 * Decides whether a build is still up to date, so that a second start takes no time.
 * The print of a build lists its input files with size and time. It is taken *before* the build, so an edit during the build counts as a
 * change. A removed file changes it too.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'test']);
const recordOf = (name) => inRoot('.cache', `${name}.inputs`);

/** @returns {string[]} a line for each file of the folder */
function linesOf(file) {
  const stat = statSync(inRoot(file), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [`${file} ${stat.size} ${stat.mtimeMs}`];
  const inside = readdirSync(inRoot(file)).filter((name) => !SKIPPED.has(name));
  return inside.sort().flatMap((name) => linesOf(path.join(file, name)));
}

/** @param {string[]} inputs files and folders, relative to the root */
export const printOf = (inputs) => inputs.flatMap(linesOf).join('\n');

/** @param {string} name of the build
 * @param {string} print of its inputs now
 * @param {string[]} outputs files that must exist, relative to the root
 */
export function isFresh(name, print, outputs) {
  const record = recordOf(name);
  return (
    existsSync(record) &&
    outputs.every((file) => existsSync(inRoot(file))) &&
    readFileSync(record, 'utf8') === print
  );
}

/** @param {string} print of the inputs at the start of the successful build */
export function markFresh(name, print) {
  mkdirSync(inRoot('.cache'), { recursive: true });
  writeFileSync(recordOf(name), print);
}
