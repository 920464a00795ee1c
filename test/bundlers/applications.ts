/** One minimal application for each bundler: its files, its build, and the folder that it makes. */
export interface Application {
  name: string;
  files: Readonly<Record<string, string>>;
  /** The program and its arguments: below `node_modules`, or a file of the application. A page without a build has none. */
  build?: readonly [program: string, ...args: string[]];
  /** The program is a package of this repository, so `npm test` runs the application too. */
  isOwn?: true;
  /** Vite's development server serves it, without a build. */
  isServed?: true;
  out: string;
  /** Its path on the site: frameworks have to know it. */
  at: string;
  /** HTML of its start page, which the bindings have rendered without a browser. */
  renders?: string;
  /** The bundler emits no worker, so the application copies it and names it. */
  copies?: true;
}

const APP = `import JMessage from 'jmessage-runtime';
const query = new URLSearchParams(globalThis.location?.search);
const worker = query.get('worker');
// On a server this one is inert.
export const JIM = new JMessage({
  address: query.get('address') ?? 'http://server.invalid',
  ...(worker && { worker }),
});
if (globalThis.window) Object.assign(window, { JIM });
`;
const PAGE = '<!doctype html><meta charset="utf-8"><script type="module" src="./app.js"></script>';

/** The same configuration serves webpack and Rspack. */
const PACK = `import path from 'node:path';
export default {
  mode: 'production',
  entry: './app.js',
  output: { path: path.resolve('dist'), filename: 'app.js', clean: true },
};
`;

const VITE_BUILD = ['vite/bin/vite.js', 'build', '--base', './'] as const;

export const APPLICATIONS: readonly Application[] = [
  {
    name: 'script tag',
    files: {
      'index.html': `<!doctype html><meta charset="utf-8">
<script src="./dist/jmessage-sdk-web.min.js"></script>
<script src="./app.js"></script>
`,
      'app.js': `var query = new URLSearchParams(location.search);
var JIM = new JMessage({ address: query.get('address') });
`,
    },
    isOwn: true,
    out: '.',
    at: '/script/',
  },
  {
    name: 'Vite, development server',
    files: { 'app.js': APP, 'index.html': PAGE },
    isOwn: true,
    isServed: true,
    out: '.',
    at: '/',
  },
  {
    name: 'Vite, worker format iife',
    files: {
      'app.js': APP,
      'index.html': PAGE,
      'vite.config.js': "export default { worker: { format: 'iife' } };\n",
    },
    build: VITE_BUILD,
    isOwn: true,
    out: 'dist',
    at: '/vite-iife/',
  },
  {
    name: 'Vite, worker format es',
    files: {
      'app.js': APP,
      'index.html': PAGE,
      'vite.config.js': "export default { worker: { format: 'es' } };\n",
    },
    build: VITE_BUILD,
    isOwn: true,
    out: 'dist',
    at: '/vite-es/',
  },
  {
    name: 'webpack 5',
    files: { 'app.js': APP, 'webpack.config.js': PACK, 'dist-page.html': PAGE },
    build: ['webpack-cli/bin/cli.js', '--config', 'webpack.config.js'],
    out: 'dist',
    at: '/webpack/',
  },
  {
    name: 'Rspack',
    files: { 'app.js': APP, 'rspack.config.js': PACK, 'dist-page.html': PAGE },
    build: ['@rspack/cli/bin/rspack.js', 'build', '-c', 'rspack.config.js'],
    out: 'dist',
    at: '/rspack/',
  },
  {
    name: 'Parcel',
    files: { 'app.js': APP, 'index.html': PAGE },
    build: [
      'parcel/lib/bin.js',
      ...[
        'build',
        'index.html',
        '--dist-dir',
        'dist',
        '--no-cache',
        '--cache-dir',
        '.parcel-cache',
        '--public-url',
        './',
      ],
    ],
    out: 'dist',
    at: '/parcel/',
  },
  {
    name: 'Next.js (app router)',
    files: {
      'app/jim.js': APP,
      'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
      'app/page.js': `'use client';
import { ChatProvider, useConnection, useMessages } from 'jmessage-runtime/react';
import { createChatStore } from 'jmessage-runtime/store';
import { StrictMode } from 'react';
import { JIM } from './jim.js';
const store = createChatStore(JIM);
function Status() {
  const { state } = useConnection();
  const { messages } = useMessages({ username: 'bob' }, { isOpen: true });
  return <h1 title={String(messages.length)}>{state}</h1>;
}
export default () => <StrictMode><ChatProvider store={store}><Status /></ChatProvider></StrictMode>;
`,
      'next.config.js': `export default { output: 'export', basePath: '/next', trailingSlash: true };\n`,
    },
    build: ['next/dist/bin/next', 'build'],
    out: 'out',
    at: '/next/',
    renders: '<h1 title="0">idle</h1>',
  },
  {
    name: 'Nuxt',
    files: {
      'jim.js': APP,
      'plugins/chat.js': `import { createChatStore } from 'jmessage-runtime/store';
import { chat } from 'jmessage-runtime/vue';
import { JIM } from '../jim.js';
export default defineNuxtPlugin(({ vueApp }) => { vueApp.use(chat, createChatStore(JIM)); });
`,
      'app.vue': `<script setup>
import { useConnection, useMessages } from 'jmessage-runtime/vue';
const connection = useConnection();
const { messages } = useMessages({ username: 'bob' });
</script>
<template><h1 :title="String(messages.length)">{{ connection.state }}</h1></template>
`,
      // Nuxt 4.4, the last one for Node 20, stores the payload of the start page under an empty key, which unstorage refuses since 1.17.6.
      'nuxt.config.ts': `export default {
  compatibilityDate: '2026-01-01',
  telemetry: false,
  srcDir: '.',
  experimental: { payloadExtraction: false },
  vite: { worker: { format: 'es' } },
};
`,
    },
    build: ['nuxt/bin/nuxt.mjs', 'generate'],
    out: '.output/public',
    // Nuxt 4.4 does not render its start page below another path.
    at: '/',
    renders: '<h1 title="0">idle</h1>',
  },
  {
    name: 'Rollup',
    files: {
      'app.js': APP,
      'rollup.config.js': `import resolve from '@rollup/plugin-node-resolve';
export default { input: 'app.js', output: { dir: 'dist', format: 'es' }, plugins: [resolve()] };
`,
      'dist-page.html': PAGE,
    },
    build: ['rollup/dist/bin/rollup', '-c'],
    out: 'dist',
    at: '/rollup/',
    copies: true,
  },
  {
    name: 'esbuild',
    files: {
      'app.js': APP,
      'build.js': `import { build } from 'esbuild';
await build({ entryPoints: ['app.js'], bundle: true, splitting: true, format: 'esm', outdir: 'dist' });
`,
      'dist-page.html': PAGE,
    },
    build: ['./build.js'],
    out: 'dist',
    at: '/esbuild/',
    copies: true,
  },
];
