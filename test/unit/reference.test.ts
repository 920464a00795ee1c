/** The generated pages of `docs/` against what they are made from. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makePages } from '../../scripts/reference.mjs';

test('the committed pages are what the tables, types, handlers and tests say', async () => {
  for (const [page, text] of Object.entries(await makePages())) {
    const committed = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    expect(committed, `${page}: run "npm run docs"`).toBe(text);
  }
});
