/** A second run of the few test files that failed in a whole run. It tells a broken promise from a race, and both are reported. */

/** More failed files than this have a common cause, which a second run would only find again. */
const MOST_FILES = 3;

/**
 * Runs the failed files again, with nothing beside them. The tests of a file that passes then are flaky: they no longer fail the run, and stay in its
 * report.
 * @template {{ passed: number, failed: number, failures: string[], failedFiles?: string[], again?: (files: string[]) => Promise<{ failed: number }> }} T
 * @param {T[]} results of runProject
 * @returns {Promise<(T & { flaky?: string[] })[]>} `flaky`: the first failures of tests that passed the second time
 */
export async function repeatFailed(results) {
  const files = results.flatMap(({ failedFiles = [] }) => failedFiles);
  if (files.length > MOST_FILES) return results;
  const repeated = [];
  for (const result of results) {
    const { passed, failed, failures, failedFiles = [], again } = result;
    const isFlaky = failedFiles.length > 0 && (await again(failedFiles)).failed === 0;
    repeated.push(
      isFlaky ? { ...result, passed: passed + failed, failed: 0, failures: [], flaky: failures } : result,
    );
  }
  return repeated;
}
