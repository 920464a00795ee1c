/** The generated pages of `docs/` against their sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readDeclared } from '../../../scripts/reference/declared.mjs';
import { makePages } from '../../../scripts/tasks/docs.mjs';

/** TypeDoc compiles the declarations. */
const PAGES_TIMEOUT_MS = 60_000;
const inRoot = (file: string): URL => new URL(`../../../${file}`, import.meta.url);

let pages: Record<string, string>;
beforeAll(async () => {
  pages = await makePages();
}, PAGES_TIMEOUT_MS);

test('the committed pages are up to date', () => {
  for (const [page, text] of Object.entries(pages)) {
    expect(readFileSync(inRoot(page), 'utf8'), `${page}: run "npm run docs"`).toBe(text);
  }
  const committed = readdirSync(inRoot('docs/api')).map((name) => `docs/api/${name}`);
  expect(committed.filter((page) => !(page in pages))).toEqual([]);
});

test('every method and listener has its handler in the gateway and a test in a browser', () => {
  expect(pages['docs/coverage.md']).toContain('Empty cells: 0.');
});

test.each(['docs/migration.md', 'docs/zh/migration.md'])(
  '%s names every method and listener of V2',
  (page) => {
    const text = readFileSync(inRoot(page), 'utf8');
    const ofV2 = readDeclared().filter(({ isAddition }) => !isAddition);
    expect(ofV2.length).toBeGreaterThan(80);
    expect(ofV2.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  },
);
