/** `npm run bench`: the benchmarks of test/bench, with what they need beforehand. */
import { execFileSync } from 'node:child_process';
import { runnerImport } from 'vite';
import { ensureChromium } from '../lib/chromium.mjs';
import { inRoot } from '../lib/paths.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** @param {object} values of the command line @param {string[]} suites by default all @returns {Promise<number>} exit code */
export async function bench(values, suites) {
  const chromium = await ensureChromium();
  if (chromium === null) {
    console.error('There is no Chromium: set JMESSAGE_CHROMIUM to one.');
    return 1;
  }
  process.env.JMESSAGE_CHROMIUM = chromium;
  // Clients of a load are started by one that has seen to it.
  const built = values.load ? 0 : await ensureSdkAndGateway();
  if (built !== 0) return built;
  // TypeScript, which this Node does not read by itself.
  const { module } = await runnerImport(inRoot('test/bench/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  return module.main(
    values,
    suites,
    execFileSync(chromium, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim(),
  );
}
