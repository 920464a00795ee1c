/**
 * The bundled files of `dist/`, for pages without a bundler. One run for each (`--mode`), since their formats differ:
 *
 * - `script`  `jmessage-sdk-web.min.js`, a classic script that sets `window.JMessage`
 * - `worker`  `jmessage-worker.min.js`, its worker: an ES module, so that it can load the next one when it is needed
 * - `engine3` `jmessage-engine3.min.js`, the Engine.IO 3 client, loaded by the worker only when asked for
 *
 * The unbundled modules beside them come from `tsconfig.build.json`.
 */
import { defineConfig, type Plugin } from 'vite';

type Format = 'es' | 'iife';
interface Bundle {
  entry: string;
  format: Format;
  file: string;
}

const BUNDLES = {
  script: { entry: 'src/script.ts', format: 'iife', file: 'jmessage-sdk-web.min.js' },
  worker: { entry: 'src/worker/entry.ts', format: 'es', file: 'jmessage-worker.min.js' },
  engine3: { entry: 'src/worker/socket-v2.ts', format: 'es', file: 'jmessage-engine3.min.js' },
} as const satisfies Record<string, Bundle>;

/**
 * Leaves the Engine.IO 3 client out of the worker. It shares no chunk with the worker on purpose: a chunk would import the worker back
 * by its bare file name, and an application that serves the worker under another URL (`?v=2`) would then run it twice.
 */
const engine3Apart: Plugin = {
  name: 'engine3-apart',
  enforce: 'pre',
  resolveId: (id) =>
    id.endsWith('/socket-v2.js') ? { id: `./${BUNDLES.engine3.file}`, external: true } : null,
};

export default defineConfig(({ mode }) => {
  const bundle = Object.entries(BUNDLES).find(([name]) => name === mode)?.[1];
  if (bundle === undefined) {
    throw new Error(`vite build --mode ${Object.keys(BUNDLES).join('|')}: there is no bundle "${mode}"`);
  }
  return {
    publicDir: false,
    plugins: mode === 'worker' ? [engine3Apart] : [],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      sourcemap: true,
      target: 'es2022',
      lib: {
        entry: bundle.entry,
        formats: [bundle.format],
        name: 'JMessage',
        fileName: () => bundle.file,
      },
      // Vite keeps the white space of ES libraries for the next bundler; there is none after this one.
      rolldownOptions: { output: { minify: true } },
    },
  };
});
