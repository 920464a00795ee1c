/** The generated pages of `docs/` against what they are made from. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { makePages } from '../../../scripts/tasks/docs.mjs';

let pages: Record<string, string>;
beforeAll(async () => {
  pages = await makePages();
});

test('the committed pages are what the tables, types, handlers and tests say', () => {
  for (const [page, text] of Object.entries(pages)) {
    const committed = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
    expect(committed, `${page}: run "npm run docs"`).toBe(text);
  }
});

test('every method and listener has its handler in the gateway and a test in a browser', () => {
  expect(pages['docs/coverage.md']).toContain('Empty cells: 0.');
});
