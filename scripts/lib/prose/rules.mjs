/** Checks the writing rule of CONTRIBUTING.md, as far as a program can. */
import { countWords, plain, sentencesOf } from './sentences.mjs';
import { readBlocks } from './sources.mjs';

const MAX_WORDS = 25;
/** A title may name its method first: "sendSingleMsg: …". */
const TITLE_SUBJECT = /^[\w`$.()/, ]{1,60}: /;
const OPENER = /^(?:what|whatever|who|whoever|whom|nobody|where)\b/i;
/** A heading of a table column is one word. */
const LEAST_WORDS = 2;

const bare = (text) => plain(text).replace(/^[\s"'“‘(*_[—–-]+/, '');

function opener({ text, kind }) {
  const sentence = bare(text);
  if (/\?["'”’)*_]*$/.test(sentence.trim()) || countWords(text) < LEAST_WORDS) return null;
  const openings = kind === 'title' ? [sentence, sentence.replace(TITLE_SUBJECT, '')] : [sentence];
  const found = openings.map((opening) => OPENER.exec(opening)).find((match) => match !== null);
  return found ? `opens with "${found[0]}": name the subject` : null;
}

function length({ text }) {
  const words = countWords(text);
  return words > MAX_WORDS ? `has ${words} words: at most ${MAX_WORDS}` : null;
}

/** A sentence never runs over two comments. */
const continued = ({ text }) =>
  /^…\s*\p{L}/u.test(text.trim()) ? 'goes on from another comment: one sentence for each' : null;

/** @param {{use: string, pattern: RegExp}[]} glossary */
const jargon =
  (glossary) =>
  ({ text }) => {
    const found = glossary.find(({ pattern }) => pattern.test(plain(text)));
    return found ? `"${found.pattern.exec(plain(text))[0]}": the glossary has "${found.use}"` : null;
  };

/** @param {string} file its ending decides how it is read
 * @param {string} source
 * @param {{use: string, pattern: RegExp}[]} glossary
 * @returns {{line: number, text: string, problem: string}[]}
 */
export function problemsOf(file, source, glossary) {
  const rules = [opener, continued, length, jargon(glossary)];
  return readBlocks(file, source)
    .flatMap(sentencesOf)
    .flatMap((sentence) =>
      rules
        .map((rule) => rule(sentence))
        .filter((problem) => problem !== null)
        .map((problem) => ({ line: sentence.line, text: sentence.text.replace(/\s+/g, ' '), problem })),
    );
}
