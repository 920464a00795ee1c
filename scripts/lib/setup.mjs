/**
 * Installs the packages of `package-lock.json` by `npm ci` if packages are missing or differ.
 * It compares the contents, not the files' times, so that switching branches back and forth installs nothing.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './process.mjs';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
  } catch {
    return null;
  }
}

function isCurrent(folder) {
  const wanted = packagesOf(path.join(folder, 'package-lock.json'));
  // npm's own record of the installed packages.
  const installed = packagesOf(path.join(folder, 'node_modules/.package-lock.json'));
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.startsWith('node_modules/')) return true;
    const found = installed[place];
    // A missing optional package is for other machines.
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** @param folder that of the package-lock.json @returns {Promise<number>} 0, or the exit code of an install that failed */
export async function ensureInstalled(folder = '.') {
  if (isCurrent(folder)) return 0;
  console.log(`Installing the packages of ${path.join(folder, 'package-lock.json')} (npm ci) …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // The packages of another folder are no workspace of this one.
  const where = folder === '.' ? [] : ['--prefix', inRoot(folder)];
  return run(npm, ['ci', ...where, '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
}
