/**
 * `npm test [filter]`: types, format, lint, prose, build, then every test; ends with the counts alone on a line.
 * With a filter it runs only test files whose path contains it, and no other checks.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensureChromium } from '../lib/chromium.mjs';
import { inRoot, TOOLS } from '../lib/paths.mjs';
import { runCollected, runNode } from '../lib/process.mjs';
import { build, ensureSdkAndGateway } from './build.mjs';
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

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Runs one project of vitest.config.ts. A file that does not load is a failure too.
 * @param beside another project runs meanwhile, so this one prints its output at its end
 */
async function runProject(project, filter, env, beside = false) {
  const host = { ...process.env, ...env }.JMESSAGE_HOST;
  const title = `\n— ${project} tests${host === undefined ? '' : ` on the host "${host}"`}`;
  if (!beside) console.log(title);
  const report = inRoot('test-results', `${[project, host].filter(Boolean).join('-')}.json`);
  mkdirSync(inRoot('test-results'), { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--project', project, '--passWithNoTests', '--reporter=default', '--reporter=json']
    .concat([`--outputFile.json=${report}`])
    .concat(filter);
  const options = { env: { ...process.env, ...env } };
  const run = beside ? runCollected : async (...all) => ({ code: await runNode(...all), output: '' });
  const { code, output } = await run(TOOLS.vitest, args, options);
  if (beside) process.stdout.write(`${title}\n${output}`);
  const result = readReport(report);
  const failed = result?.numFailedTests ?? 0;
  return {
    passed: result?.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0),
  };
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
    if (whole)
      counts = add(counts, await runProject('browser', ON_LEADER, { ...env, JMESSAGE_HOST: 'leader' }));
  }

  const nothing = counts.passed + counts.failed === 0;
  if (nothing) console.error('No test ran.');
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed > 0 || nothing ? 1 : 0;
}
