/** Reads the glossary of CONTRIBUTING.md, whose table is the only list of the words. */
import { cellsOf } from './sentences.mjs';

const HEADER = '| word | meaning | instead of |';
const WORDS_TO_ESCAPE = /[.*+?^${}()|[\]\\]/g;

/**
 * @param {string} page CONTRIBUTING.md
 * @returns {{use: string, pattern: RegExp}[]} a row for each phrase that the table has as code
 */
export function readGlossary(page) {
  const lines = page.split('\n');
  const first = lines.indexOf(HEADER);
  if (first < 0) throw new Error(`CONTRIBUTING.md has no table "${HEADER}"`);
  const end = lines.findIndex((line, i) => i > first && !line.startsWith('|'));
  return lines.slice(first + 2, end === -1 ? undefined : end).flatMap((row) => {
    const [use, , instead = ''] = cellsOf(row);
    const refused = [...instead.matchAll(/`([^`]+)`/g)].map(([, phrase]) => phrase);
    return refused.map((phrase) => ({
      use,
      pattern: new RegExp(`\\b${phrase.replace(WORDS_TO_ESCAPE, '\\$&')}\\b`, 'i'),
    }));
  });
}
