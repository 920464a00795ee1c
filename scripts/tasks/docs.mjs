/** `npm run docs`: writes the generated pages of `docs/`, from the protocol's tables, the types, the gateway's handlers and the tests' titles. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { apiPage } from '../reference/api.mjs';
import { coveragePage } from '../reference/coverage.mjs';
import { errorCodesPage } from '../reference/error-codes.mjs';
import { load } from '../reference/load.mjs';

/** @returns {Promise<Record<string, string>>} the pages by their path from the root */
export async function makePages() {
  const sources = await load();
  return {
    'docs/api.md': apiPage(sources),
    'docs/error-codes.md': errorCodesPage(sources),
    'docs/coverage.md': coveragePage(sources),
  };
}

/** @returns {Promise<number>} exit code */
export async function docs() {
  for (const [page, text] of Object.entries(await makePages())) {
    const file = inRoot(page);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(page);
  }
  return 0;
}
