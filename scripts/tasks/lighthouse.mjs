/** `npm run demo:lighthouse`: audits the built demo. Lighthouse has its own folder of packages, which this command alone installs. */
import { ensureChromium } from '../lib/chromium.mjs';
import { TOOLS } from '../lib/paths.mjs';
import { runNode } from '../lib/process.mjs';
import { ensureInstalled } from '../lib/setup.mjs';
import { ensureAll } from './build.mjs';

/** @returns {Promise<number>} exit code */
export async function lighthouse() {
  for (const step of [() => ensureInstalled('demo/lighthouse'), ensureAll]) {
    const code = await step();
    if (code !== 0) return code;
  }
  if ((await ensureChromium()) === null) return 1;
  return runNode(TOOLS.vitest, ['run', '--project', 'lighthouse']);
}
