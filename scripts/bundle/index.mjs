/** `node scripts/bundle/index.mjs <folder>`: makes every bundle of vite.config.ts, in one process. */
import { build } from 'vite';
import { inRoot } from '../lib/paths.mjs';

/** The names of the bundles in vite.config.ts. */
const MODES = ['script', 'worker', 'fallback', 'page', 'polling', 'engine3', 'testing'].concat(
  ['worker', 'page', 'polling', 'engine3'].map((file) => `${file}Module`),
);

const [outDir = 'dist'] = process.argv.slice(2);
for (const mode of MODES) {
  await build({
    configFile: inRoot('vite.config.ts'),
    root: inRoot(),
    mode,
    logLevel: 'warn',
    build: { outDir },
  });
}
