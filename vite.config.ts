/**
 * The bundled files of `dist/`. One run for each (`--mode`, or all of them by `scripts/bundle.mjs`), since their formats differ.
 *
 * For pages without a bundler:
 * - `script`  `jmessage-sdk-web.min.js`, a classic script that sets `window.JMessage`
 * - `worker`  `jmessage-worker.min.js`, its worker: an ES module, so that it can load the next one when it is needed
 * - `engine3` `jmessage-engine3.min.js`, the Engine.IO 3 client, loaded by the worker only when asked for
 *
 * For bundlers, `workerModule` and `engine3Module`: the same worker with its libraries in it, for people to read, where the unbundled
 * modules of `tsconfig.build.json` expect it. A worker shares no code with the application's own bundle, so nothing is lost by it; what is
 * won is that no consumer has to deal with its CommonJS libraries. (Vite's development server hands such imports of a worker inside
 * node_modules to the browser as they are, which fails.)
 */
import { minify } from 'terser';
import { defineConfig, type Plugin } from 'vite';
import { leaveOut, type Unused } from './scripts/bundle/leave-out.js';
import { UNUSED_IN_SCRIPT, UNUSED_IN_WORKER } from './scripts/bundle/unused.js';

interface Bundle {
  entry: string;
  format: 'es' | 'iife';
  file: string;
  minify: boolean;
  /** Where this bundle finds the Engine.IO 3 client. */
  engine3?: string;
  /** What is left out of its libraries. */
  unused?: readonly Unused[];
}

const WORKER = { entry: 'src/worker/entry.ts', format: 'es', unused: UNUSED_IN_WORKER } as const;
const ENGINE3 = { entry: 'src/worker/socket-v2.ts', format: 'es' } as const;

const BUNDLES: Record<string, Bundle> = {
  script: {
    entry: 'src/script.ts',
    format: 'iife',
    file: 'jmessage-sdk-web.min.js',
    minify: true,
    unused: UNUSED_IN_SCRIPT,
  },
  worker: { ...WORKER, file: 'jmessage-worker.min.js', minify: true, engine3: './jmessage-engine3.min.js' },
  engine3: { ...ENGINE3, file: 'jmessage-engine3.min.js', minify: true },
  workerModule: { ...WORKER, file: 'worker/entry.js', minify: false, engine3: './socket-v2.js' },
  engine3Module: { ...ENGINE3, file: 'worker/socket-v2.js', minify: false },
};

/**
 * Leaves the Engine.IO 3 client out of the worker. It shares no chunk with the worker on purpose: a chunk would import the worker back
 * by its bare file name, and where the worker is served under another URL (`?v=2`) it would then run twice.
 */
const engine3Apart = (file: string): Plugin => ({
  name: 'engine3-apart',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/socket-v2.js') ? { id: file, external: true } : null),
});

/** Terser finds some kilobytes that Vite's own minifier leaves, and that keeps the white space of ES libraries for the next bundler. */
const smallest = (format: Bundle['format']): Plugin => ({
  name: 'smallest',
  async generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const { code = chunk.code } = await minify(chunk.code, {
        module: format === 'es',
        toplevel: true,
        ecma: 2020,
        compress: { passes: 5 },
      });
      chunk.code = code;
    }
  },
});

export default defineConfig(({ mode }) => {
  const bundle = BUNDLES[mode];
  if (bundle === undefined)
    throw new Error(`--mode ${Object.keys(BUNDLES).join('|')}: there is no bundle "${mode}"`);
  return {
    publicDir: false,
    plugins: [
      ...(bundle.engine3 === undefined ? [] : [engine3Apart(bundle.engine3)]),
      ...(bundle.unused === undefined ? [] : [leaveOut(bundle.unused)]),
      ...(bundle.minify ? [smallest(bundle.format)] : []),
    ],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: bundle.entry, formats: [bundle.format], name: 'JMessage', fileName: () => bundle.file },
      minify: bundle.minify,
    },
  };
});
