/** docs/browsers.md against the results of `npm run test:engines`, which writes both. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../scripts/lib/commands.mjs';
import { type Results, RUNS, tableOf } from '../../../scripts/tasks/engines.mjs';

const read = (file: string) => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
const results = JSON.parse(read('browsers/results.json')) as Results;

test('the table is that of the results', () => {
  expect(read('browsers.md')).toContain(`<!-- results -->\n\n${tableOf(results)}\n\n<!-- end of results -->`);
});

/** The promises that depend on the engine most. */
const DECISIVE = ['browser/sharing', 'browser/storage', 'browser/recovery'];
test.each(Object.keys(RUNS))(
  '%s has its version, and passed tests of sharing, storage and recovery',
  (name) => {
    expect(results[name]?.version).toMatch(/^\d+\.\d+/);
    const decisive = DECISIVE.filter((suite) => RUNS[name]?.suites.includes(suite));
    for (const suite of decisive) expect(results[name]?.suites[suite]?.passed, suite).toBeGreaterThan(0);
  },
);

test('the usage of the command names every engine', () => {
  for (const name of Object.keys(RUNS)) expect(COMMANDS['test:engines']?.about).toContain(name);
});

test('every result is of a suite that its engine runs', () => {
  for (const [name, { suites }] of Object.entries(results)) {
    for (const suite of Object.keys(suites)) expect(RUNS[name]?.suites).toContain(suite);
  }
});
