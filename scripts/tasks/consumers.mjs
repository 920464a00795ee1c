/**
 * `npm run test:consumers [filter]`: the packed package through each bundler, and two tabs of Chromium with the result. The bundlers are installed
 * in `.cache/bundlers`, because they are ten times as large as all other packages of this repository.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, TOOLS } from '../lib/paths.mjs';
import { run, runNode } from '../lib/process.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** @param {string[]} filter part of the name of a bundler @returns {Promise<number>} exit code */
export async function consumers(filter) {
  const built = await ensureSdkAndGateway();
  if (built !== 0) return built;
  const home = process.env.JMESSAGE_BUNDLERS ?? inRoot('.cache/bundlers');
  const wanted = inRoot('test/bundlers/package.json');
  const manifest = path.join(home, 'package.json');
  if (!existsSync(manifest) || readFileSync(manifest, 'utf8') !== readFileSync(wanted, 'utf8')) {
    mkdirSync(home, { recursive: true });
    copyFileSync(wanted, manifest);
    console.error('installing the bundlers …');
    const args = ['install', '--prefix', home, '--no-package-lock', '--no-audit', '--no-fund'];
    const code = await run('npm', args);
    if (code !== 0) return code;
  }
  const env = { ...process.env, JMESSAGE_BUNDLERS: home };
  const names = filter.length > 0 ? ['-t', filter.join(' ')] : [];
  return runNode(TOOLS.vitest, ['run', '--project', 'bundlers', ...names], { env });
}
