/** Builds the tests' own workers once for each run: the runtime on another platform. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { oldBuiltins } from '../../scripts/bundle/old-builtins.js';
import { IS_OLD, OLD_TARGET, OLDEST } from './engines/old-syntax.js';

let built: Promise<string> | undefined;

/** @returns the folder with `fast-worker.js` */
export function buildWorkers(): Promise<string> {
  built ??= make();
  return built;
}

async function make(): Promise<string> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-workers-'));
  // Imported on demand, because few tests build workers and the import takes longer than most tests.
  const { build } = await import('vite');
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: IS_OLD ? [oldBuiltins(OLDEST)] : [],
    build: {
      outDir,
      target: IS_OLD ? OLD_TARGET : 'es2022',
      lib: {
        entry: fileURLToPath(new URL('./workers/fast-worker.ts', import.meta.url)),
        formats: ['es'],
        fileName: () => 'fast-worker.js',
      },
    },
  });
  return outDir;
}
