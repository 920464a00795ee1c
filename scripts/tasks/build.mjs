/** Builds the published files and the programs of the tasks: the SDK (`dist/`), the gateway, the demo. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleDeclarations } from '../lib/declarations.mjs';
import { isFresh, markFresh, printOf } from '../lib/fresh.mjs';
import { GATEWAY, inRoot, ROOT, TOOLS } from '../lib/paths.mjs';
import { runQuietly } from '../lib/process.mjs';
import { reportSizes } from '../lib/sizes.mjs';
import { nameSources } from '../lib/source-maps.mjs';

const SHARED_INPUTS = ['package-lock.json', 'tsconfig.json'];

/** Each part has its name, inputs, outputs and build step. */
const SDK = {
  name: 'sdk',
  inputs: [
    ...SHARED_INPUTS,
    'src',
    'package.json',
    'vite.config.ts',
    'tsconfig.build.json',
    'scripts/bundle/index.mjs',
    'scripts/bundle',
    'scripts/lib/declarations.mjs',
    'scripts/lib/declaration-maps.mjs',
    'scripts/lib/source-maps.mjs',
  ],
  outputs: [
    'index',
    'store/index',
    'react/index',
    'vue/index',
    'testing/index',
    'worker/entry',
    'worker/page-entry',
  ]
    .concat(
      ['sdk-web', 'worker', 'fallback', 'page', 'polling', 'engine3'].map((file) => `jmessage-${file}.min`),
    )
    .map((name) => `dist/${name}.js`),
  make: makeSdk,
};
const GATEWAY_CLI = {
  name: 'gateway',
  inputs: [...SHARED_INPUTS, 'gateway', 'src/protocol'],
  outputs: [path.relative(ROOT, GATEWAY)],
  make: () => runQuietly(TOOLS.vite, ['build', '-c', 'gateway/vite.config.ts']),
};
const DEMO = {
  name: 'demo',
  inputs: [...SHARED_INPUTS, 'demo', 'src'],
  outputs: ['demo/dist/index.html'],
  make: () => runQuietly(TOOLS.vite, ['build', '-c', 'demo/vite.config.ts']),
};

/** Builds `dist/` beside the old one and replaces it at the end, so that a server never serves half of it. */
async function makeSdk() {
  const cache = inRoot('.cache');
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(path.join(cache, 'dist-'));
  const old = `${made}-old`;
  const steps = [
    [TOOLS.tsc, ['-p', 'tsconfig.build.json', '--outDir', made]],
    [inRoot('scripts/bundle/index.mjs'), [made]],
  ];
  try {
    for (const [tool, args] of steps) {
      const code = await runQuietly(tool, args);
      if (code !== 0) return code;
    }
    bundleDeclarations(made, declarationsOfExports());
    nameSources(made);
    try {
      renameSync(inRoot('dist'), old);
    } catch {
      // The first build replaces nothing.
    }
    renameSync(made, inRoot('dist'));
    return 0;
  } finally {
    rmSync(made, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** The declaration files of the package's entries, such as `store/index.d.ts`. */
function declarationsOfExports() {
  const { exports } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return Object.values(exports)
    .map(({ types }) => types)
    .filter((types) => types !== undefined)
    .map((types) => path.relative('dist', types));
}

/** Reports on standard error, because standard output belongs to the program of the task. */
async function makePart(part) {
  const startedMs = Date.now();
  const print = printOf(part.inputs);
  const code = await part.make();
  if (code !== 0) {
    console.error(`The build of the ${part.name} failed.`);
    return code;
  }
  markFresh(part.name, print);
  console.error(`built ${part.name} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  return 0;
}

async function makeAll(parts) {
  for (const part of parts) {
    const code = await makePart(part);
    if (code !== 0) return code;
  }
  return 0;
}

const ifStale = (parts) =>
  makeAll(parts.filter((part) => !isFresh(part.name, printOf(part.inputs), part.outputs)));

/** `npm run build`. @returns {Promise<number>} exit code, 1 if a file exceeds its size */
export async function build() {
  const code = await makeAll([SDK, GATEWAY_CLI]);
  if (code !== 0) return code;
  if (reportSizes()) return 0;
  console.error('A file exceeds its size budget (scripts/lib/sizes.mjs).');
  return 1;
}

export const ensureGateway = () => ifStale([GATEWAY_CLI]);
export const ensureSdkAndGateway = () => ifStale([SDK, GATEWAY_CLI]);
export const ensureAll = () => ifStale([SDK, GATEWAY_CLI, DEMO]);
