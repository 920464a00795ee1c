/**
 * `npm run test:engines [-- firefox|webkit|webkit-private …] [part of a path …]`: suites of test/browser in engines other than Chromium. A run
 * without a failure writes the results of its suites to docs/browsers/results.json, and from there to the table of docs/browsers.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureEngine } from '../lib/engines.mjs';
import { inRoot } from '../lib/paths.mjs';
import { runProject } from '../lib/vitest.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** The suites that leave tests of Chromium's own tools out in other engines, and the promise of each. */
export const SUITES = {
  'browser/sharing': 'one socket for all tabs of an account; events in every tab; log-out and kick',
  'browser/second-tab': 'a second tab is another device to an application',
  'browser/storage': 'offline sends, with files, and the history outlive the last tab',
  'browser/missed': 'each message during reloads is delivered once',
  'browser/recovery': 'expired signatures, a killed browser, reload, the back button',
  'browser/faults': 'a network and a gateway that fail',
  'browser/hosts': 'SharedWorker, leading tab and page; strict content security policies',
  'browser/other-origin': 'a script on another origin, such as a CDN',
  'browser/engines': 'both revisions of Engine.IO, and polling',
  'browser/errors': 'each failure has its code',
  'browser/api/single-messages': 'messages of every kind, with their events',
  'browser/api/media': 'pictures, files and voice, with their uploads',
  'browser/api/outbox': 'the outbox in every tab',
  'browser/api/history': 'the history from server and device',
  'browser/active-tab': 'one tab acts; the snapshot',
  'browser/hand-over': 'two builds at the same time; a worker that is replaced',
};
const ALL = Object.keys(SUITES);

/** Reasons why a run has nothing to say about a suite, as the table shows them. */
const NEEDS_TABS = 'needs two tabs';
const CHOOSES_HOSTS = 'chooses its hosts';
const NEEDS_WORKER = 'needs a worker';
const NO_STORAGE = 'same as without';

const each = (names, reason) => Object.fromEntries(names.map((name) => [`browser/${name}`, reason]));

/** Each account of the page host has one tab, and its runtime no worker. */
const NOT_IN_PAGE = {
  ...each(['sharing', 'second-tab', 'api/outbox', 'active-tab'], NEEDS_TABS),
  ...each(['hand-over'], NEEDS_WORKER),
  ...each(['hosts', 'other-origin'], CHOOSES_HOSTS),
};
const NOT_IN_LEADER = each(['hosts', 'other-origin'], CHOOSES_HOSTS);
const NOT_IN_PRIVATE = each(
  ['second-tab', 'engines', 'errors', 'api/single-messages', 'active-tab', 'hand-over'],
  NO_STORAGE,
);

/** @param {Record<string, string>} absent the suites that are left out, and why */
const suitesBut = (absent) => ({ absent, suites: ALL.filter((suite) => !Object.hasOwn(absent, suite)) });

/** The engines by the names of their runs. */
export const RUNS = {
  // The host SharedWorker is the one of `npm test`.
  leader: {
    title: 'Chromium, leader host',
    engine: 'chromium',
    env: { JMESSAGE_HOST: 'leader' },
    ...suitesBut(NOT_IN_LEADER),
  },
  page: {
    title: 'Chromium, page host',
    engine: 'chromium',
    env: { JMESSAGE_HOST: 'page' },
    ...suitesBut(NOT_IN_PAGE),
  },
  firefox: { title: 'Firefox', engine: 'firefox', env: {}, ...suitesBut({}) },
  webkit: { title: 'WebKitGTK', engine: 'webkit', env: {}, ...suitesBut({}) },
  'webkit-private': {
    title: 'WebKitGTK, private window',
    engine: 'webkit',
    env: { JMESSAGE_WEBKIT: 'private' },
    ...suitesBut(NOT_IN_PRIVATE),
  },
  // Web views have no SharedWorker, and this Chromium has one.
  'chromium-80': {
    title: 'Web view by Chromium, leader host',
    engine: 'chromium-80',
    env: { JMESSAGE_HOST: 'leader' },
    ...suitesBut(NOT_IN_LEADER),
  },
  'chromium-66': {
    title: 'Web view by Chromium, page host',
    engine: 'chromium-66',
    env: { JMESSAGE_HOST: 'page' },
    ...suitesBut(NOT_IN_PAGE),
  },
};

/** The runs of `npm test`. */
export const SMOKE_RUNS = ['firefox', 'webkit', 'webkit-private'];

/** The test that `npm test` runs in every engine: login, messages, an outage, the end of the last tab and the return of one. */
const SMOKE = ['browser/storage', '--testNamePattern', 'the history is read offline'];

const PAGE = inRoot('docs/browsers.md');
const RESULTS = inRoot('docs/browsers/results.json');
const TABLE = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;

/** @returns {Promise<object[]>} the runs with the versions of their engines, or with the reason why one is missing */
export async function ensureRuns(names = Object.keys(RUNS)) {
  const runs = [];
  // One after the other, because apt does not install twice at a time.
  for (const name of names) runs.push({ name, ...RUNS[name], ...(await ensureEngine(RUNS[name].engine)) });
  return runs;
}

const inEngine = ({ name, engine, env }) => ({ ...env, JMESSAGE_ENGINE: engine, JMESSAGE_RUN: name });

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function engines(args) {
  const named = args.filter((arg) => Object.hasOwn(RUNS, arg));
  const parts = args.filter((arg) => !named.includes(arg));
  const isWanted = (suite) => parts.length === 0 || parts.some((part) => suite.includes(part));
  const runs = (await ensureRuns(named.length > 0 ? named : undefined))
    .map((run) => ({ ...run, suites: run.suites.filter(isWanted) }))
    .filter(({ suites }) => suites.length > 0);
  if (runs.length === 0) {
    console.error(`No suite has ${parts.join(', ')} in its path.`);
    return 2;
  }
  for (const { missing } of runs) if (missing) console.error(missing);
  if (runs.some(({ missing }) => missing)) return 1;
  const built = await ensureSdkAndGateway();
  if (built !== 0) return built;
  let failed = 0;
  for (const run of runs) {
    const counts = await runProject('browser', run.suites, inEngine(run));
    failed += counts.failed;
    if (counts.failed === 0) record(run, counts.files);
  }
  console.log(
    `\n${failed} failed in ${runs.map(({ version, title }) => `${title} (${version})`).join(', ')}`,
  );
  return failed === 0 ? 0 : 1;
}

/** Another run may have written meanwhile, so the results are read just before they are written. */
function record({ name, version, suites }, files) {
  const date = new Date().toISOString().slice(0, 10);
  const counts = Object.fromEntries(suites.map((suite) => [suite, countsOf(files, suite)]));
  const results = readResults();
  // A result of another version says nothing about this one.
  const earlier = results[name]?.version === version ? results[name].suites : {};
  results[name] = { version, date, suites: { ...earlier, ...counts } };
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(TABLE, `$1\n${tableOf(results)}\n\n$2`));
  console.log('written: docs/browsers.md, docs/browsers/results.json');
}

function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Runs the short part in every engine, one after the other.
 * @param {object[]} runs of ensureRuns
 * @returns {Promise<object[]>} a result for each run, as of runProject
 */
export async function smoke(runs) {
  const results = [];
  for (const run of runs) {
    if (run.missing) {
      console.error(run.missing);
      // A developer's machine may do without them.
      if (process.env.CI) results.push({ passed: 0, failed: 1, skipped: 0, failures: [run.missing] });
      continue;
    }
    const result = await runProject('browser', SMOKE, inEngine(run), { collected: true });
    results.push(
      result.passed + result.failed > 0
        ? result
        : { ...result, failed: 1, failures: [...result.failures, `no test ran in ${run.title}`] },
    );
  }
  return results;
}

/** A cell has the tests that passed and those that are for Chromium only, or the reason why the suite does not apply. */
export function tableOf(results) {
  const runs = Object.keys(RUNS).filter((name) => Object.hasOwn(results, name));
  const head = runs.map((name) => `${RUNS[name].title} ${results[name].version}, ${results[name].date}`);
  const cell = (counts, reason = 'not recorded') =>
    counts === undefined
      ? reason
      : `${counts.passed}${counts.skipped > 0 ? `, ${counts.skipped} left out` : ''}`;
  const rows = Object.entries(SUITES).map(([suite, promise]) => [
    `\`test/${suite}.test.ts\``,
    promise,
    ...runs.map((name) => cell(results[name].suites[suite], RUNS[name].absent[suite])),
  ]);
  const titles = ['suite', 'promise', ...head];
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function countsOf(files, suite) {
  const own = files.filter(({ file }) => file.includes(`test/${suite}`));
  const sum = (key) => own.reduce((total, one) => total + one[key], 0);
  return { passed: sum('passed'), skipped: sum('skipped') };
}
