/**
 * Splits prose into blocks and sentences, with the line on which each begins.
 * A block is a paragraph, list item, table cell, heading, comment or test title; a sentence never runs over two blocks.
 */

/** @typedef {{text: string, line: number, kind: 'text' | 'cell' | 'heading' | 'title'}} Block */
/** @typedef {{text: string, line: number, kind: Block['kind']}} Sentence */

/** A code span, an address or a type counts as one word, because a reader sees it as one. */
const CODE = '`x`';

/** Removes markup: a link becomes its text, and a code span one word. */
export function plain(text) {
  return text
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/\{@link\s+[^}]*\}/g, CODE)
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, CODE)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\b(?:https?|wss?):\/\/[^\s)]+/g, CODE)
    .replace(/(^|[\s(])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?=$|[\s).,:;?!])/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ');
}

/** Counts tokens with a letter or a digit, so a dash, an arrow or a plus is no word. */
export const countWords = (text) =>
  plain(text)
    .split(/\s+/)
    .filter((token) => /[\p{L}\p{N}]/u.test(token)).length;

/** The full stop of an abbreviation ends no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|no)\.$/i;
const SENTENCE_END = /[.!?…][)"'”’*_]*\s+(?=\[|["'“‘(*_]*[\p{Lu}\p{N}`])/gu;
/** Cells and test titles are notes: a semicolon ends a sentence there. */
const NOTE_END = /;\s+/g;

/** @param {Block} block @returns {Sentence[]} */
export function sentencesOf(block) {
  const ends = [0];
  for (const match of block.text.matchAll(SENTENCE_END)) {
    const before = block.text.slice(0, match.index + 1);
    if (!ABBREVIATION.test(before)) ends.push(match.index + match[0].length);
  }
  if (block.kind === 'cell' || block.kind === 'title') {
    for (const match of block.text.matchAll(NOTE_END)) ends.push(match.index + match[0].length);
  }
  ends.sort((a, b) => a - b);
  return ends.map((start, i) => {
    const text = block.text.slice(start, ends[i + 1]).trim();
    const line = block.line + (block.text.slice(0, start).match(/\n/g)?.length ?? 0);
    return { text, line, kind: block.kind };
  });
}

const TABLE_ROW = /^\s*\|/;
const TABLE_RULE = /^\s*\|[\s:|-]+\|?\s*$/;
const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+/;
const FENCE = /^\s*(?:```|~~~)/;

/** Cells of a row. A bar in a code span or after a backslash separates no cells. */
export function cellsOf(row) {
  const hidden = row.replace(/`[^`]*`|\\\|/g, (span) => span.replaceAll('|', '\0'));
  const cells = hidden
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|');
  return cells.map((cell) => cell.replaceAll('\0', '|').trim());
}

/**
 * @param {string} text Markdown, or a comment without its marks
 * @param {number} firstLine number of its first line
 * @returns {Block[]}
 */
export function blocksOf(text, firstLine = 1) {
  const blocks = [];
  let open = null;
  let fenced = false;
  const close = () => {
    if (open !== null && open.text.trim() !== '') blocks.push(open);
    open = null;
  };
  for (const [i, raw] of text.split('\n').entries()) {
    const line = firstLine + i;
    if (FENCE.test(raw)) {
      close();
      fenced = !fenced;
    } else if (fenced || TABLE_RULE.test(raw)) {
      close();
    } else if (TABLE_ROW.test(raw)) {
      close();
      for (const cell of cellsOf(raw)) if (cell !== '') blocks.push({ text: cell, line, kind: 'cell' });
    } else if (/^#{1,6}\s/.test(raw)) {
      close();
      blocks.push({ text: raw.replace(/^#+\s+/, ''), line, kind: 'heading' });
    } else if (raw.trim() === '') {
      close();
    } else if (open === null || ITEM.test(raw)) {
      close();
      open = { text: raw.replace(ITEM, ''), line, kind: 'text' };
    } else {
      open.text += `\n${raw}`;
    }
  }
  close();
  return blocks;
}
