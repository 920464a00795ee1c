/**
 * The bundled files of `dist/`. Each has a run of its own (`--mode`, or all by `scripts/bundle/index.mjs`), since their formats differ.
 *
 * For pages without a bundler:
 * - `script`  `jmessage-sdk-web.min.js`, a classic script that sets `window.JMessage`
 * - `worker`  `jmessage-worker.min.js`, its worker: an ES module, so that it can load the last two on demand
 * - `fallback` `jmessage-fallback.min.js`, loaded by the script if the SharedWorker is missing or fails
 * - `page`    `jmessage-page.min.js`, the same runtime for a page without any worker, loaded by the script only there
 * - `polling` `jmessage-polling.min.js`, long polling, loaded by the worker only if no websocket gets through
 * - `engine3` `jmessage-engine3.min.js`, the Engine.IO 3 client, loaded by the worker only for such servers
 *
 * - `testing` `testing/index.js`, the double for an application's tests, with the runtime in it
 *
 * For bundlers, `workerModule`, `pageModule`, `pollingModule` and `engine3Module`: the same worker with its libraries, in readable form. They stand where the
 * unbundled modules of `tsconfig.build.json` expect. A worker shares no code with the application's own bundle, so bundling loses nothing. It
 * spares every consumer the CommonJS libraries: Vite's development server passes them unchanged to a worker in node_modules, where they fail.
 */
import path from 'node:path';
import { minify } from 'terser';
import { defineConfig, type Plugin } from 'vite';
import { of2017 } from './scripts/bundle/of-2017.js';
import { oldBuiltins } from './scripts/bundle/old-builtins.js';
import { oldSyntax, WAS_PRIVATE } from './scripts/bundle/old-syntax.js';

interface Bundle {
  entry: string;
  format: 'es' | 'iife';
  file: string;
  minify: boolean;
  /** The syntax of its code. Default: that of the package's modules. */
  target?: string;
  /** The first version of Chrome that has to run it. Default: one that has every function that the code uses. */
  chrome?: number;
  /** For pages, bundlers and minifiers of 2017. */
  old?: true;
  /** Modules that are files of their own, with their places for this bundle. */
  apart?: Readonly<Record<string, string>>;
}

const WORKER = { entry: 'src/worker/entry.ts', format: 'es' } as const;
const PAGE = { entry: 'src/worker/page-entry.ts', format: 'es' } as const;
const POLLING = { entry: 'src/worker/platform/polling.ts', format: 'es' } as const;
const ENGINE3 = { entry: 'src/worker/platform/socket-v2.ts', format: 'es' } as const;

const FILES = { '/polling.js': './jmessage-polling.min.js', '/socket-v2.js': './jmessage-engine3.min.js' };
const MODULES = { '/polling.js': './polling.js', '/socket-v2.js': './socket-v2.js' };

/** A page without workers may be in a web view of Chrome 66. */
const IN_PAGE = { target: 'chrome66', chrome: 66 };
/** The worker of a leading tab is a module, which Chrome knows from 80 on. `chrome80` would rewrite every `?.` for a bug that the code does not meet. */
const LED = { target: 'es2020', chrome: 80 };
const DEFAULT = 'es2022';

const BUNDLES: Record<string, Bundle> = {
  script: {
    entry: 'src/script.ts',
    format: 'iife',
    file: 'jmessage-sdk-web.min.js',
    minify: true,
    target: 'es2017',
    old: true,
  },
  worker: { ...WORKER, file: 'jmessage-worker.min.js', minify: true, ...LED, apart: FILES },
  page: {
    ...PAGE,
    entry: 'src/script-page.ts',
    format: 'iife',
    file: 'jmessage-page.min.js',
    minify: true,
    ...IN_PAGE,
    apart: FILES,
  },
  fallback: {
    entry: 'src/script-fallback.ts',
    format: 'iife',
    file: 'jmessage-fallback.min.js',
    minify: true,
    ...IN_PAGE,
  },
  polling: { ...POLLING, file: 'jmessage-polling.min.js', minify: true, ...IN_PAGE },
  engine3: { ...ENGINE3, file: 'jmessage-engine3.min.js', minify: true, ...IN_PAGE },
  workerModule: { ...WORKER, file: 'worker/entry.js', minify: false, apart: MODULES },
  pageModule: { ...PAGE, file: 'worker/page-entry.js', minify: false, apart: MODULES },
  pollingModule: { ...POLLING, file: 'worker/polling.js', minify: false },
  engine3Module: { ...ENGINE3, file: 'worker/socket-v2.js', minify: false },
  testing: {
    entry: 'src/testing/index.ts',
    format: 'es',
    file: 'testing/index.js',
    minify: false,
    // The class of the package, so that its errors are the same.
    apart: { '/client/jmessage.js': '../client/jmessage.js' },
  },
};

/**
 * Leaves modules out of the worker that it loads on demand. They share no chunk with the worker on purpose. A chunk would import the
 * worker back by its bare file name, and a worker with another URL (`?v=2`) would then run twice.
 */
const filesApart = (apart: Readonly<Record<string, string>>): Plugin => ({
  name: 'files-apart',
  enforce: 'pre',
  resolveId(id, importer) {
    if (importer === undefined || importer.includes('/node_modules/')) return null;
    const file = Object.entries(apart).find(([end]) => id.endsWith(end))?.[1];
    return file === undefined ? null : { id: file, external: true };
  },
});

/** Polling is a file of its own, so the client's list of transports needs none. The worker names its transport itself. */
const websocketOnly: Plugin = {
  name: 'websocket-only',
  load: (id) =>
    id.endsWith('/engine.io-client/build/esm/transports/index.js') ? 'export const transports = {};' : null,
};

/** Terser saves some kilobytes more than Vite's own minifier, which also keeps the white space of ES libraries. */
const smallest = ({ format, target }: Bundle): Plugin => ({
  name: 'smallest',
  async generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const file = `${chunk.fileName}.map`;
      const map = bundle[file];
      if (map?.type !== 'asset') throw new Error(`${chunk.fileName} has no source map`);
      const { code = chunk.code, map: minified } = await minify(chunk.code, {
        module: format === 'es',
        toplevel: true,
        ecma: target === LED.target ? 2020 : 2015,
        mangle: target === undefined || { properties: { regex: WAS_PRIVATE } },
        compress: { passes: 5, keep_fargs: false },
        sourceMap: { content: String(map.source), url: path.basename(file) },
      });
      chunk.code = code;
      map.source = String(minified);
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
      ...(bundle.apart === undefined ? [] : [filesApart(bundle.apart)]),
      websocketOnly,
      ...(bundle.target ? [oldSyntax(bundle.target)] : []),
      ...(bundle.old ? [of2017()] : []),
      ...(bundle.chrome && bundle.apart ? [oldBuiltins(bundle.chrome)] : []),
      ...(bundle.minify ? [smallest(bundle)] : []),
    ],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      target: bundle.target ?? DEFAULT,
      lib: { entry: bundle.entry, formats: [bundle.format], name: 'JMessage', fileName: () => bundle.file },
      minify: bundle.minify,
      sourcemap: true,
      rolldownOptions: {
        // Only the entry has side effects when it is loaded.
        treeshake: { moduleSideEffects: false },
        // A worker exports nothing. Without this mark tools take it for a CommonJS file, because of the libraries in it.
        ...(mode === 'workerModule' && { output: { footer: 'export {};' } }),
      },
    },
  };
});
