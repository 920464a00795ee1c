/** The published scripts fit the oldest browsers that their hosts are for. `npm run test:engines -- chromium-66` runs them there. */
import { readFile } from 'node:fs/promises';
import { type ecmaVersion, parse } from 'acorn';
import { expect, test } from 'vitest';

const read = (name: string) =>
  readFile(new URL(`../../dist/jmessage-${name}.min.js`, import.meta.url), 'utf8');

/** Chrome knows `import()` from 63 on, long before the rest of ES2020. */
const withoutImport = (script: string) => script.replaceAll(/\bimport\(/g, 'imported(');

type Script = [name: string, where: string, syntax: ecmaVersion, chrome: number];
const SCRIPTS: Script[] = [
  ['sdk-web', 'a bundler of 2017', 2016, 66],
  ['fallback', 'Chrome 66', 2019, 66],
  ['page', 'Chrome 66', 2019, 66],
  ['polling', 'Chrome 66', 2019, 66],
  ['engine3', 'Chrome 66', 2019, 66],
  ['worker', 'Chrome 80, the first with module workers', 2020, 80],
];
test.each(SCRIPTS)('jmessage-%s.min.js parses in %s', async (name, _where, version) => {
  const script = withoutImport(await read(name));
  expect(parse(script, { ecmaVersion: version, sourceType: 'module' }).body.length).toBeGreaterThan(0);
});

/** Standard functions by the first version of Chrome that has them. */
const SINCE: Record<number, readonly string[]> = {
  69: ['flat', 'flatMap'],
  73: ['fromEntries', 'matchAll'],
  76: ['allSettled', 'arrayBuffer'],
  85: ['replaceAll'],
  92: ['at'],
  93: ['hasOwn'],
  97: ['findLast', 'findLastIndex'],
  98: ['structuredClone'],
  110: ['toReversed', 'toSorted', 'toSpliced'],
  117: ['groupBy'],
  119: ['withResolvers'],
};
/** `scripts/bundle/old-builtins.ts` adds a function by its name. */
const adds = (script: string, name: string) => script.includes(`,"${name}",`);

test.each(SCRIPTS)(
  'jmessage-%s.min.js adds the later functions that it calls, or calls none',
  async (name, _where, _syntax, chrome) => {
    const script = await read(name);
    // The minifier gives its own functions short names, which are called without an object.
    const called = new Set(
      [...script.matchAll(/\.(\w+)\(|\b(structuredClone)\(/g)].map(([, method, word]) => method ?? word),
    );
    const later = Object.entries(SINCE).flatMap(([since, names]) => (Number(since) > chrome ? names : []));
    expect(later.filter((word) => called.has(word) && !adds(script, word))).toEqual([]);
  },
);
