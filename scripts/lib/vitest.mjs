/** Runs a project of vitest.config.ts, and counts its tests. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { inRoot, ROOT, TOOLS } from './paths.mjs';
import { runCollected, runNode } from './process.mjs';

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** The difference between runs of one project. */
const variantOf = ({ JMESSAGE_HOST: host, JMESSAGE_RUN: engine }) => engine ?? host;

/** The failed tests of a report, and the files that did not load: each with its place and its first message. */
const failuresIn = (report, title) =>
  (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(ROOT, name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [`${title}: ${file}\n${message}`] : [];
    return tests.map((test) => `${title}: ${file} > ${test.fullName}\n${test.failureMessages.join('\n')}`);
  });

/** The end of an output that is shown for an error outside of any test. */
const LAST_CHARACTERS = 4_000;

const count = (tests, statuses) => tests.filter(({ status }) => statuses.includes(status)).length;

/**
 * A file that does not load is a failure too.
 * @param {string} project
 * @param {string[]} filter parts of paths, and options of vitest
 * @param {Record<string, string>} env
 * @param {{ collected?: boolean, part?: string }} options `collected`: another job runs meanwhile, so this one prints its output at its end.
 * `part`: only this part of the files, as `1/3`. `again`: the files have failed in an earlier run, whose report stays.
 */
export async function runProject(project, filter, env, { collected = false, part, again = false } = {}) {
  const variant = [part ?? variantOf({ ...process.env, ...env }), again ? 'again' : undefined]
    .filter(Boolean)
    .join('-');
  const title = `${project} tests${variant === '' ? '' : ` (${variant})`}`;
  console.log(`\n— ${title}${collected ? ': started' : ''}`);
  const file = inRoot(
    'test-results',
    `${[project, variant.replace('/', '-of-')].filter(Boolean).join('-')}.json`,
  );
  mkdirSync(inRoot('test-results'), { recursive: true });
  rmSync(file, { force: true });
  const args = ['run', '--project', project, '--passWithNoTests', '--reporter=default', '--reporter=json']
    .concat([`--outputFile.json=${file}`])
    .concat(part === undefined ? [] : [`--shard=${part}`])
    .concat(filter);
  const options = { env: { ...process.env, ...env } };
  const run = collected ? runCollected : async (...all) => ({ code: await runNode(...all), output: '' });
  const { code, output } = await run(TOOLS.vitest, args, options);
  if (collected) process.stdout.write(`\n— ${title}\n${output}`);
  const report = readReport(file);
  const failed = report?.numFailedTests ?? 0;
  const failures = failuresIn(report, title);
  // An error outside of any test, for instance a rejected promise without a handler. It stands in the last lines.
  if (code !== 0 && failures.length === 0)
    failures.push(`${title}: vitest ended with code ${code}\n${output.toString().slice(-LAST_CHARACTERS)}`);
  return {
    passed: report?.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    failures,
    failedFiles: (report?.testResults ?? [])
      .filter(({ status }) => status === 'failed')
      .map(({ name }) => relative(ROOT, name)),
    again: (files) => runProject(project, files, env, { again: true }),
    files: (report?.testResults ?? []).map(({ name, assertionResults }) => ({
      file: name,
      passed: count(assertionResults, ['passed']),
      skipped: count(assertionResults, ['skipped', 'pending', 'todo']),
    })),
  };
}
