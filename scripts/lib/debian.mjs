/** Programs of this machine, and Debian's packages for those that it does not have. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './process.mjs';

/**
 * @param {string[]} names under which systems have it, the most likely first
 * @returns {string | null} its path
 */
export function findProgram(names) {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(path.delimiter)];
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** Only root of a system with apt can. @returns {Promise<boolean>} whether they are installed now */
export async function installFromDebian(...packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.log(`Installing ${packages.join(', ')} (apt-get) …`);
  // In runlevel 1 the package's own service is not started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  if ((await run('apt-get', ['-qq', 'update'], quiet)) !== 0) return false;
  const install = ['-qq', 'install', '-y', '--no-install-recommends', ...packages];
  return (await run('apt-get', install, quiet)) === 0;
}
