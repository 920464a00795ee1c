/** Runs a project of vitest.config.ts, and counts its tests. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { inRoot, TOOLS } from './paths.mjs';
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

const count = (tests, statuses) => tests.filter(({ status }) => statuses.includes(status)).length;

/**
 * A file that does not load is a failure too.
 * @param {string} project
 * @param {string[]} filter parts of paths, and options of vitest
 * @param {Record<string, string>} env
 * @param {boolean} beside another project runs meanwhile, so this one prints its output at its end
 */
export async function runProject(project, filter, env, beside = false) {
  const variant = variantOf({ ...process.env, ...env });
  const title = `\n— ${project} tests${variant === undefined ? '' : ` (${variant})`}`;
  if (!beside) console.log(title);
  const file = inRoot('test-results', `${[project, variant].filter(Boolean).join('-')}.json`);
  mkdirSync(inRoot('test-results'), { recursive: true });
  rmSync(file, { force: true });
  const args = ['run', '--project', project, '--passWithNoTests', '--reporter=default', '--reporter=json']
    .concat([`--outputFile.json=${file}`])
    .concat(filter);
  const options = { env: { ...process.env, ...env } };
  const run = beside ? runCollected : async (...all) => ({ code: await runNode(...all), output: '' });
  const { code, output } = await run(TOOLS.vitest, args, options);
  if (beside) process.stdout.write(`${title}\n${output}`);
  const report = readReport(file);
  const failed = report?.numFailedTests ?? 0;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    files: (report?.testResults ?? []).map(({ name, assertionResults }) => ({
      file: name,
      passed: count(assertionResults, ['passed']),
      skipped: count(assertionResults, ['skipped', 'pending', 'todo']),
    })),
  };
}
