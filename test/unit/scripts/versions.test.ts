/** Numbers and names that stand in two places for a reason are the same in both. */
import { readFileSync } from 'node:fs';
import { satisfies, validRange } from 'semver';
import { expect, test } from 'vitest';
import { RUNTIME_VERSION, WORKER_NAME } from '../../../src/protocol/tab-worker/worker-address.js';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const { version, engines } = JSON.parse(read('package.json'));

test('the runtime has the version of its package', () => {
  expect(RUNTIME_VERSION).toBe(version);
});

test("a bundler's literal of the worker's name is the name of the protocol", () => {
  const names = [...read('src/client/worker-link/hosts/bundled.ts').matchAll(/name: '([^']+)'/g)];
  expect(new Set(names.map(([, name]) => name))).toEqual(new Set([WORKER_NAME]));
});

test('every package of the lockfile runs on the oldest Node that the README names', () => {
  const [oldest] = /\d+\.\d+/.exec(engines.node) ?? [];
  expect(read('README.md')).toContain(`Node ${oldest}`);
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { engines?: { node?: string } }>;
  };
  const refusing = Object.entries(packages).filter(([, { engines: needs }]) => {
    const range = validRange(needs?.node);
    return range !== null && !satisfies(`${oldest}.0`, range);
  });
  expect(refusing.map(([name]) => name)).toEqual([]);
});
