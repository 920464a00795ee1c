/** The second run of failed test files (`npm test`). */
import { expect, test } from 'vitest';
import { type ProjectResult, repeatFailed } from '../../../scripts/lib/repeat.mjs';

const failedIn = (failedFiles: string[], failedAgain: number, runs: string[][] = []): ProjectResult => ({
  passed: 10,
  failed: failedFiles.length,
  failures: failedFiles.map((file) => `${file}: expected 1 to be 2`),
  failedFiles,
  again: async (files) => {
    runs.push(files);
    return { failed: failedAgain };
  },
});

test('a failed file runs again, and one that passes then is flaky: reported, and no failure', async () => {
  const runs: string[][] = [];
  const [result] = await repeatFailed([failedIn(['a.test.ts'], 0, runs)]);
  expect(runs).toEqual([['a.test.ts']]);
  expect(result).toMatchObject({
    passed: 11,
    failed: 0,
    failures: [],
    flaky: ['a.test.ts: expected 1 to be 2'],
  });
});

test('a file that fails twice stays failed', async () => {
  const [result] = await repeatFailed([failedIn(['a.test.ts'], 1)]);
  expect(result).toMatchObject({ passed: 10, failed: 1, failures: ['a.test.ts: expected 1 to be 2'] });
  expect(result?.flaky).toBeUndefined();
});

test('four failed files have a common cause, so none of them runs again', async () => {
  const runs: string[][] = [];
  const results = [failedIn(['a', 'b'], 0, runs), failedIn(['c', 'd'], 0, runs)];
  expect(await repeatFailed(results)).toEqual(results);
  expect(runs).toEqual([]);
});

test('a result without a failed file stays as it is: a check, or a browser that is missing', async () => {
  const missing = { passed: 0, failed: 1, failures: ['no firefox'] };
  expect(await repeatFailed([missing])).toEqual([missing]);
});
