/** `npm run prose [part of a path …]`: the lint of the writing rule, over all files of the repository or some. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { inRoot, ROOT } from '../lib/paths.mjs';
import { readGlossary } from '../lib/prose/glossary.mjs';
import { problemsOf } from '../lib/prose/rules.mjs';
import { isProse } from '../lib/prose/sources.mjs';

/** The page in Chinese. */
const NOT_ENGLISH = 'README.zh-CN.md';

/** Files that git knows or would add. @returns {string[]} */
function files() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return listed.filter((file) => file !== '' && isProse(file) && existsSync(inRoot(file)));
}

/** @param {string[]} parts of paths; by default every file @returns {number} exit code */
export function prose(parts) {
  const glossary = readGlossary(readFileSync(inRoot('CONTRIBUTING.md'), 'utf8'));
  const chosen = files()
    .filter((file) => file !== NOT_ENGLISH)
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
  let count = 0;
  for (const file of chosen) {
    for (const { line, problem, text } of problemsOf(file, readFileSync(inRoot(file), 'utf8'), glossary)) {
      count += 1;
      console.error(`${file}:${line}: ${problem}\n    ${text}`);
    }
  }
  console.log(`prose: ${chosen.length} files, ${count} sentences to rewrite`);
  return count === 0 ? 0 : 1;
}
