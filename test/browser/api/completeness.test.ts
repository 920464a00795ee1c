/** The tests cover the whole API: the name of every method and listener begins the title of a test, here or one folder up. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LISTENER_NAMES, LOCAL_METHODS, METHOD_NAMES } from '../../../src/protocol/index.js';

const FOLDERS = ['./', '../'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
/** `test('name: …'`, also as `test.each(…)('name: …'`. */
const TITLE = /['"`](\w+): [^\n]/g;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(folder + name, 'utf8')),
);
const named = new Set(sources.flatMap((text) => [...text.matchAll(TITLE)].map(([, name]) => name)));

test.each([
  ['method', METHOD_NAMES],
  ['method that answers at once', Object.keys(LOCAL_METHODS)],
  ['listener', LISTENER_NAMES],
] as [string, readonly string[]][])('every %s has a test', (_what, names) => {
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});
