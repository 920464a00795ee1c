/**
 * `npm test [filter]`: types, format, lint, prose, build, then every test; ends with each failure and the counts alone on a line.
 * With a filter it runs only test files whose path contains it, and no other checks.
 */
import { ensureChromium } from '../lib/chromium.mjs';
import { TOOLS } from '../lib/paths.mjs';
import { runNode } from '../lib/process.mjs';
import { repeatFailed } from '../lib/repeat.mjs';
import { runProject } from '../lib/vitest.mjs';
import { build, ensureSdkAndGateway } from './build.mjs';
import { ensureRuns, SMOKE_RUNS, smoke } from './engines.mjs';
import { prose } from './prose.mjs';

/** The part of the browser suite that runs on the leader host as well. `JMESSAGE_HOST=leader npm test browser` runs all of it there. */
const ON_LEADER = ['browser/sharing', 'browser/active-tab', 'browser/hand-over'];
/** The browser suite is the longest job by far. In parts it leaves no lane empty at the end. */
const BROWSER_PARTS = 3;
/** Each job waits half of its time for its servers and browsers, so two of them are enough for two cores. */
const LANES = 2;
const NO_COUNTS = { passed: 0, failed: 0, skipped: 0, failures: [], flaky: [] };

/** A check that is not a test counts only if it fails, as 1. */
async function check(title, task) {
  console.log(`\n— ${title}`);
  const code = await task();
  if (code === 0) return NO_COUNTS;
  console.error(`${title}: failed`);
  return { ...NO_COUNTS, failed: 1, failures: [`${title}: see its lines above`] };
}

const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
  flaky: [...a.flaky, ...(b.flaky ?? [])],
});

/** @returns {(() => Promise<object>)[]} the longest first, so that the lanes end together */
function wholeJobs(env, otherEngines) {
  const collected = true;
  const parts = Array.from({ length: BROWSER_PARTS }, (_, index) => `${index + 1}/${BROWSER_PARTS}`);
  return [
    () => runProject('gateway', [], env, { collected }),
    ...parts.map((part) => () => runProject('browser', [], env, { collected, part })),
    () => runProject('browser', ON_LEADER, { ...env, JMESSAGE_HOST: 'leader' }, { collected }),
    async () => smoke(await otherEngines),
  ];
}

const partJobs = (filter, env) =>
  ['gateway', 'browser'].map((project) => () => runProject(project, filter, env));

/**
 * Runs jobs in a number of lanes: a lane takes the next job when its last one has ended.
 * @param {(() => Promise<T>)[]} jobs
 * @param {number} lanes
 * @returns {Promise<T[]>} in the order of their ends
 * @template T
 */
async function inLanes(jobs, lanes) {
  const waiting = [...jobs];
  const results = [];
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) results.push(await job());
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** @returns {Promise<number>} exit code */
export async function test(filter) {
  const whole = filter.length === 0;
  const chromium = await ensureChromium();
  if (chromium === null) console.error('No Chromium was found: set JMESSAGE_CHROMIUM to its path.');
  let counts = { ...NO_COUNTS, failed: chromium === null ? 1 : 0 };

  // An installation may take half a minute, which the checks need too.
  const otherEngines = whole ? ensureRuns(SMOKE_RUNS) : [];
  if (whole) {
    counts = add(counts, await check('types', () => runNode(TOOLS.tsc, ['-p', '.'])));
    counts = add(counts, await check('format and lint', () => runNode(TOOLS.biome, ['ci', '.'])));
    counts = add(counts, await check('prose', () => prose([])));
    counts = add(counts, await check('layers', () => runNode(TOOLS.depcruise, ['src', 'gateway/src'])));
  }
  const built = await check('build', whole ? build : ensureSdkAndGateway);
  counts = add(counts, built);

  const env = chromium === null ? {} : { JMESSAGE_CHROMIUM: chromium };
  const unit = () => runProject('unit', filter, env, { collected: whole });
  // The other jobs need the build.
  const jobs =
    built.failed > 0
      ? [unit]
      : whole
        ? [unit, ...wholeJobs(env, otherEngines)]
        : [unit, ...partJobs(filter, env)];
  const results = (await inLanes(jobs, whole ? LANES : 1)).flat();
  for (const each of whole ? await repeatFailed(results) : results) counts = add(counts, each);

  // Two projects print at once, and a log may be cut, so the failures stand at its end again.
  for (const failure of counts.flaky) console.log(`\nFLAKY ${failure}`);
  for (const failure of counts.failures) console.log(`\nFAILED ${failure}`);
  const nothing = counts.passed + counts.failed === 0;
  if (nothing) console.error('No test ran.');
  const more = [
    [counts.flaky.length, 'flaky'],
    [counts.skipped, 'skipped'],
  ].map(([count, word]) => (count > 0 ? `, ${count} ${word}` : ''));
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${more.join('')}`);
  return counts.failed > 0 || nothing ? 1 : 0;
}
