/** `npm run test:chaos -- --seed N --minutes M`: prepares and runs test/chaos. */
import { runnerImport } from 'vite';
import { ensureChromium } from '../lib/chromium.mjs';
import { inRoot } from '../lib/paths.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** @param {object} values of the command line @returns {Promise<number>} exit code */
export async function chaos(values) {
  const chromium = await ensureChromium();
  if (chromium === null) {
    console.error('No Chromium was found: set JMESSAGE_CHROMIUM to its path.');
    return 1;
  }
  process.env.JMESSAGE_CHROMIUM = chromium;
  const built = await ensureSdkAndGateway();
  if (built !== 0) return built;
  // Node 20 does not read TypeScript by itself.
  const { module } = await runnerImport(inRoot('test/chaos/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  return module.main(values);
}
