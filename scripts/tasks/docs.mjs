/** `npm run docs`: writes the generated pages of `docs/`, from the declarations, the gateway's handlers and the tests' titles. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';
import { inRoot } from '../lib/paths.mjs';
import { coveragePage } from '../reference/coverage.mjs';
import { readDeclared } from '../reference/declared.mjs';
import { errorCodesPage } from '../reference/error-codes.mjs';
import { readHandlers } from '../reference/handlers.mjs';
import { apiPages } from '../reference/pages.mjs';

/** @returns {Promise<Record<string, string>>} the pages by their path from the root */
export async function makePages() {
  const { module: protocol } = await runnerImport(inRoot('scripts/reference/entry.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  const sources = { ...protocol, declared: readDeclared(), handlers: readHandlers() };
  return {
    ...(await apiPages()),
    'docs/error-codes.md': errorCodesPage(sources),
    'docs/coverage.md': coveragePage(sources),
  };
}

/** @returns {Promise<number>} exit code */
export async function docs() {
  const pages = await makePages();
  rmSync(inRoot('docs/api'), { recursive: true, force: true });
  for (const [page, text] of Object.entries(pages)) {
    const file = inRoot(page);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(page);
  }
  return 0;
}
