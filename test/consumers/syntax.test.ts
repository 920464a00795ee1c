/** The published scripts parse in the oldest browsers that their hosts are for. `npm run test:engines -- chromium-66` runs them there. */
import { readFile } from 'node:fs/promises';
import { type ecmaVersion, parse } from 'acorn';
import { expect, test } from 'vitest';

const read = (name: string) =>
  readFile(new URL(`../../dist/jmessage-${name}.min.js`, import.meta.url), 'utf8');

/** Chrome knows `import()` from 63 on, long before the rest of ES2020. */
const withoutImport = (script: string) => script.replaceAll(/\bimport\(/g, 'imported(');

test.each<[string, string, ecmaVersion]>([
  ['sdk-web', 'a bundler of 2017', 2016],
  ['fallback', 'Chrome 66', 2019],
  ['page', 'Chrome 66', 2019],
  ['polling', 'Chrome 66', 2019],
  ['engine3', 'Chrome 66', 2019],
  ['worker', 'Chrome 80, the first with module workers', 2020],
])('jmessage-%s.min.js parses in %s', async (name, _where, version) => {
  const script = withoutImport(await read(name));
  expect(parse(script, { ecmaVersion: version, sourceType: 'module' }).body.length).toBeGreaterThan(0);
});
