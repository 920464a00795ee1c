/**
 * `npm run docs`: writes the generated pages of `docs/`, from the declarations, the gateway's handlers and the tests' titles, and builds the
 * site of all pages.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';
import { inRoot, TOOLS } from '../lib/paths.mjs';
import { runNode } from '../lib/process.mjs';
import { ensureInstalled } from '../lib/setup.mjs';
import { coveragePage } from '../reference/coverage.mjs';
import { readDeclared } from '../reference/declared.mjs';
import { errorCodesPages } from '../reference/error-codes.mjs';
import { readHandlers } from '../reference/handlers.mjs';
import { apiPages } from '../reference/pages.mjs';
import { ensureSdkAndGateway } from './build.mjs';

/** Its packages are no workspace, since they are half as large as all others together. */
const SITE = 'site';

/** @returns {Promise<Record<string, string>>} the pages by their path from the root */
export async function makePages() {
  const { module: protocol } = await runnerImport(inRoot('scripts/reference/entry.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  const sources = { ...protocol, declared: readDeclared(), handlers: readHandlers() };
  return {
    ...(await apiPages()),
    ...errorCodesPages(sources),
    'docs/coverage.md': coveragePage(sources),
  };
}

/** Writes the generated pages. */
async function writePages() {
  const pages = await makePages();
  rmSync(inRoot('docs/api'), { recursive: true, force: true });
  for (const [page, text] of Object.entries(pages)) {
    const file = inRoot(page);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(page);
  }
}

/**
 * `npm run docs`: the generated pages, and the site in `site/dist`. `-- reference` leaves the site out, and `-- dev` serves it while pages are
 * written.
 * @param {'reference' | 'dev' | undefined} part @returns {Promise<number>} exit code
 */
export async function docs(part) {
  if (part !== 'dev') await writePages();
  if (part === 'reference') return 0;
  const installed = await ensureInstalled(SITE);
  if (installed !== 0) return installed;
  const vitepress = inRoot(SITE, 'node_modules/vitepress/bin/vitepress.js');
  return runNode(vitepress, [part === 'dev' ? 'dev' : 'build', inRoot(SITE)]);
}

/** `npm run docs:record`: the recordings of the demo in `docs/media`. It needs ffmpeg. @returns {Promise<number>} exit code */
export async function record() {
  const built = await ensureSdkAndGateway();
  return built === 0 ? runNode(TOOLS.vitest, ['run', '--project', 'media']) : built;
}
