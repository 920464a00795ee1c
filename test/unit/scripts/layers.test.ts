/** The layers of `.dependency-cruiser.mjs`: a source that breaks a rule is reported under the rule's name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { afterEach, beforeEach, expect, test } from 'vitest';

const config = await extractConfig(
  fileURLToPath(new URL('../../../.dependency-cruiser.mjs', import.meta.url)),
);

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'layers-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** @returns the names of the rules that these sources break */
async function brokenBy(sources: Record<string, string>): Promise<string[]> {
  for (const [name, text] of Object.entries(sources)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const { options = {}, ...ruleSet } = config;
  const folders = [...new Set(Object.keys(sources).map((name) => name.split('/')[0] ?? ''))];
  const { output } = await cruise(folders, { ...options, baseDir: root, validate: true, ruleSet });
  const { summary } = output as ICruiseResult;
  return summary.violations.map(({ rule }) => rule.name);
}

const LEAF = 'export interface Leaf { id: number }';

test('an import of a lower folder breaks no rule', async () => {
  const session = "import type { Leaf } from '../store/leaf.js';\nexport type Session = Leaf;";
  expect(await brokenBy({ 'src/worker/session/a.ts': session, 'src/worker/store/leaf.ts': LEAF })).toEqual(
    [],
  );
});

test('an import of a higher folder is reported, even if only of a type', async () => {
  const store = "import type { Leaf } from '../session/leaf.js';\nexport type Store = Leaf;";
  expect(await brokenBy({ 'src/worker/store/a.ts': store, 'src/worker/session/leaf.ts': LEAF })).toEqual([
    'src/worker/store: no import from above',
  ]);
});

test('an entry file is above all folders', async () => {
  const runtime = "export * from '../entry.js';";
  expect(await brokenBy({ 'src/worker/runtime/a.ts': runtime, 'src/worker/entry.ts': LEAF })).toEqual([
    'src/worker/runtime: no import from above',
  ]);
});

test('an import cycle is reported within a folder too', async () => {
  const one = "import type { B } from './b.js';\nexport interface A { b: B }";
  const other = "import type { A } from './a.js';\nexport interface B { a: A }";
  expect(await brokenBy({ 'src/worker/util/a.ts': one, 'src/worker/util/b.ts': other })).toContain(
    'no import cycle',
  );
});

test('client and worker stay apart, as do the SDK and the gateway', async () => {
  const importOf = (file: string) => `import('${file}');`;
  expect(
    await brokenBy({
      'src/client/a.ts': importOf('../worker/leaf.js'),
      'src/worker/leaf.ts': LEAF,
      'gateway/src/a.ts': importOf('../../src/client/b.js'),
      'src/client/b.ts': importOf('../../gateway/src/c.js'),
      'gateway/src/c.ts': LEAF,
    }),
  ).toEqual(
    expect.arrayContaining([
      'a tab never knows the worker',
      'the gateway knows only the protocol of the SDK',
      'the SDK never knows the gateway',
    ]),
  );
});

test('a folder without a place in the order is reported', async () => {
  const lower = "import '../misc/leaf.js';";
  expect(await brokenBy({ 'src/worker/util/a.ts': lower, 'src/worker/misc/leaf.ts': LEAF })).toEqual([
    'src/worker: every folder has its place in the order',
  ]);
});

test('a file of the root that has a place in the order is a layer like a folder', async () => {
  const config = "import type { Leaf } from './store/leaf.js';\nexport type Config = Leaf;";
  const store = "import type { Config } from '../config.js';\nexport type Store = Config;";
  expect(await brokenBy({ 'gateway/src/store/a.ts': store, 'gateway/src/config.ts': LEAF })).toEqual([]);
  expect(await brokenBy({ 'gateway/src/config.ts': config, 'gateway/src/store/leaf.ts': LEAF })).toEqual([
    'gateway/src/config.ts: no import from above',
  ]);
});
