/**
 * `npm test [filter]`: types, format, lint, prose, build, then every test; ends with the counts alone on a line.
 * With a filter it runs only test files whose path contains it, and no other checks.
 */
import { ensureChromium } from '../lib/chromium.mjs';
import { TOOLS } from '../lib/paths.mjs';
import { runNode } from '../lib/process.mjs';
import { runProject } from '../lib/vitest.mjs';
import { build, ensureSdkAndGateway } from './build.mjs';
import { ensureRuns, smoke } from './engines.mjs';
import { prose } from './prose.mjs';

/** The part of the browser suite that runs on the leader host as well. `JMESSAGE_HOST=leader npm test browser` runs all of it there. */
const ON_LEADER = ['browser/sharing', 'browser/active-tab'];
const NO_COUNTS = { passed: 0, failed: 0, skipped: 0 };

/** A check that is not a test counts only if it fails, as 1. */
async function check(title, task) {
  console.log(`\n— ${title}`);
  const code = await task();
  if (code !== 0) console.error(`${title}: failed`);
  return { ...NO_COUNTS, failed: code === 0 ? 0 : 1 };
}

const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** @returns {Promise<number>} exit code */
export async function test(filter) {
  const whole = filter.length === 0;
  const chromium = await ensureChromium();
  if (chromium === null) console.error('No Chromium was found: set JMESSAGE_CHROMIUM to its path.');
  let counts = { ...NO_COUNTS, failed: chromium === null ? 1 : 0 };

  // An installation may take half a minute, which the checks need too.
  const otherEngines = whole ? ensureRuns() : [];
  if (whole) {
    counts = add(counts, await check('types', () => runNode(TOOLS.tsc, ['-p', '.'])));
    counts = add(counts, await check('format and lint', () => runNode(TOOLS.biome, ['ci', '.'])));
    counts = add(counts, await check('prose', () => prose([])));
    counts = add(counts, await check('layers', () => runNode(TOOLS.depcruise, ['src', 'gateway/src'])));
  }
  const built = await check('build', whole ? build : ensureSdkAndGateway);
  counts = add(counts, built);

  const env = chromium === null ? {} : { JMESSAGE_CHROMIUM: chromium };
  counts = add(counts, await runProject('unit', filter, env));
  // These tests need the build. Each project waits half of its time for its servers, so two cores are enough for both.
  if (built.failed === 0) {
    const both = [runProject('browser', filter, env), runProject('gateway', filter, env, true)];
    for (const each of await Promise.all(both)) counts = add(counts, each);
    if (whole) {
      const others = [
        runProject('browser', ON_LEADER, { ...env, JMESSAGE_HOST: 'leader' }),
        smoke(await otherEngines),
      ];
      for (const each of await Promise.all(others)) counts = add(counts, each);
    }
  }

  const nothing = counts.passed + counts.failed === 0;
  if (nothing) console.error('No test ran.');
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed > 0 || nothing ? 1 : 0;
}
