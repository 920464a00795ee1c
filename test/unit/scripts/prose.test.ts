/** The lint of the writing rule: each rule is broken on purpose, and each exception of it is left alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readGlossary } from '../../../scripts/lib/prose/glossary.mjs';
import { problemsOf } from '../../../scripts/lib/prose/rules.mjs';

const page = readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8');
const glossary = readGlossary(page);
const problems = (file: string, source: string) =>
  problemsOf(file, source, glossary).map(({ line, problem }) => `${line}: ${problem}`);

const words = (count: number) => `Word${' word'.repeat(count - 1)}`;

test('a comment that goes on from another one is refused', () => {
  const source = '/** Tries at once, … */\nconst a = 1;\n/** …and each minute. */\nconst b = 2;';
  expect(problems('a.ts', source)).toEqual(['3: goes on from another comment: one sentence for each']);
  expect(problems('a.md', 'One, two, … and ten are numbers.')).toEqual([]);
});

describe('openers', () => {
  test.each(['What', 'Whatever', 'Who', 'Whoever', 'Whom', 'Nobody', 'Where'])(
    '"%s" as a subject is refused',
    (word) => {
      expect(problems('a.md', `All is well. ${word} comes late waits.`)).toEqual([
        `1: opens with "${word}": name the subject`,
      ]);
    },
  );

  test.each([
    ['a line comment', 'a.ts', '// Where a lock is missing, nothing holds.\nconst x = 1;'],
    ['the second line of a comment', 'a.mjs', '// A line.\n// What is left goes.\nlet x = 1;'],
    [
      'a documentation comment',
      'a.tsx',
      '/**\n * Good.\n *\n * Nobody reads it.\n */\nconst x = <p>text</p>;',
    ],
    ['a tag', 'a.ts', '/** @param {string} name who asks for it */\nfunction f(name) {}'],
    ['a tag at the end of a line', 'a.ts', '/** Good. @returns what is left of it */\nfunction f() {}'],
    ['a test title', 'a.test.ts', "test('what is lost comes again', () => {});"],
    ['a test title behind its method', 'a.test.ts', "test('sendSingleMsg: who is away gets it', () => {});"],
    ['a title with values', 'a.test.ts', 'test(`where $' + '{x} is away, it waits`, () => {});'],
    ['a group of tests', 'a.test.ts', "describe.skip('whoever comes late', () => {});"],
    ['a table of tests', 'a.test.ts', "test.each([1])('nobody gets %s', () => {});"],
    ['a style', 'a.css', '/* Where it is narrow. */\na { color: red }'],
    ['a list item', 'a.md', '- what is left goes out'],
    ['a cell', 'a.md', '| case | result |\n|---|---|\n| a loss | who is away gets it |'],
    ['the second note of a cell', 'a.md', '| a loss | it waits; who is away gets it |'],
    ['a heading', 'a.md', '## What it needs'],
    ['an emphasis', 'a.md', '**What did I miss**: a sync.'],
  ])('they are found in %s', (_place, file, source) => {
    expect(problems(file, source)).toHaveLength(1);
  });

  test.each([
    ['a question', 'a.md', 'What does it cost? Nothing.'],
    ['a heading that asks', 'a.md', '## Who are you?'],
    ['a column of one word', 'a.md', '| who | cost |\n|---|---|\n| a page | 1 |'],
    ['a word within the sentence', 'a.md', 'The server decides who is away.'],
    ['a word that begins alike', 'a.md', 'Whole pages wait.'],
    ['code', 'a.md', '```\nWhat is this\n```\n\n`Who is` a name.'],
    ['an example', 'a.ts', '/**\n * Good.\n * @example\n * What is this\n */\nconst x = 1;'],
    ['a string that is no title', 'a.ts', "const x = 'Where it is';"],
    ['a comment within a string', 'a.ts', "const x = '// What is this';"],
    ['an instruction to a tool', 'a.ts', '// biome-ignore lint/x: what it says\nconst x = 1;'],
  ])('%s is left alone', (_place, file, source) => {
    expect(problems(file, source)).toEqual([]);
  });
});

describe('length', () => {
  test('25 words pass, and 26 are refused', () => {
    expect(problems('a.md', `${words(25)}.`)).toEqual([]);
    expect(problems('a.md', `${words(26)}.`)).toEqual(['1: has 26 words: at most 25']);
  });

  test('a code span, an address and a dash count as they are read', () => {
    const spans = '`one two three` — [a link](https://example.org/a b) https://example.org/a_b';
    expect(problems('a.md', `${words(21)} ${spans}.`)).toEqual([]);
    expect(problems('a.md', `${words(22)} ${spans}.`)).toEqual(['1: has 26 words: at most 25']);
  });

  test('a list item, a cell and a paragraph are sentences of their own', () => {
    const long = words(20);
    expect(problems('a.md', `- ${long}\n- ${long}\n\n${long}\n\n| ${long} | ${long}; ${long} |`)).toEqual([]);
  });

  test('a sentence over two lines of a comment is counted as one', () => {
    expect(problems('a.ts', `// ${words(13)}\n// ${words(13)}\nconst x = 1;`)).toHaveLength(1);
  });
});

describe('glossary', () => {
  test('a refused phrase is found, with the word to use', () => {
    expect(problems('a.md', 'A send is called off.')).toEqual(['1: "called off": the glossary has "cancel"']);
    expect(problems('a.ts', '// The newcomer gets it.\nconst x = 1;')).toEqual([
      '1: "newcomer": the glossary has "tab"',
    ]);
  });

  test('a phrase is refused as a whole word only', () => {
    expect(problems('a.md', 'A fenced block stays.')).toEqual([]);
  });

  test('a page without the table is an error', () => {
    expect(() => readGlossary('# Contributing')).toThrow('no table');
  });
});
