/** `npm run test:chaos -- --seed N --minutes M`: a run of test/chaos, with what it needs beforehand. */
import { runnerImport } from 'vite';
import { ensureChromium } from '../lib/chromium.mjs';
import { inRoot } from '../lib/paths.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function chaos(args) {
  const chromium = await ensureChromium();
  if (chromium === null) {
    console.error('There is no Chromium: set JMESSAGE_CHROMIUM to one.');
    return 1;
  }
  process.env.JMESSAGE_CHROMIUM = chromium;
  const built = await ensureSdkAndGateway();
  if (built !== 0) return built;
  // TypeScript, which this Node does not read by itself.
  const { module } = await runnerImport(inRoot('test/chaos/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  return module.main(args);
}
