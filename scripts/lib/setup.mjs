/**
 * Installs the packages of `package-lock.json` by `npm ci` if packages are missing or differ.
 * It compares the contents, not the files' times, so that switching branches back and forth installs nothing.
 */
import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { run } from './process.mjs';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
  } catch {
    return null;
  }
}

function isCurrent() {
  const wanted = packagesOf('package-lock.json');
  // npm's own record of the installed packages.
  const installed = packagesOf('node_modules/.package-lock.json');
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true;
    const found = installed[path];
    // A missing optional package is for other machines.
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** @returns {Promise<number>} 0, or the exit code of an install that failed */
export async function ensureInstalled() {
  if (isCurrent()) return 0;
  console.log('Installing the packages of package-lock.json (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return run(npm, ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
}
