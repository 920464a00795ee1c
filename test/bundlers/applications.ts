/** One minimal application for each bundler: its files, its build, and the folder that it makes. */
export interface Application {
  name: string;
  files: Readonly<Record<string, string>>;
  /** The program and its arguments: below `node_modules`, or a file of the application. */
  build: readonly [program: string, ...args: string[]];
  out: string;
  /** Its path on the site: frameworks have to know it. */
  at: string;
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

export const APPLICATIONS: readonly Application[] = [
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
      ...['build', 'index.html', '--dist-dir', 'dist', '--no-cache', '--public-url', './'],
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
import { useEffect, useState } from 'react';
import { JIM } from './jim.js';
export default function Page() {
  const [state, setState] = useState(JIM.getState().state);
  useEffect(() => JIM.addListener('onStateChange', ({ state }) => setState(state)), []);
  return <h1>{state}</h1>;
}
`,
      'next.config.js': `export default { output: 'export', basePath: '/next', trailingSlash: true };\n`,
    },
    build: ['next/dist/bin/next', 'build'],
    out: 'out',
    at: '/next/',
  },
  {
    name: 'Nuxt',
    files: {
      'jim.js': APP,
      'app.vue': `<script setup>
import { JIM } from './jim.js';
const state = ref(JIM.getState().state);
onMounted(() => JIM.addListener('onStateChange', (now) => { state.value = now.state; }));
</script>
<template><h1>{{ state }}</h1></template>
`,
      'nuxt.config.ts': `export default { compatibilityDate: '2026-01-01', telemetry: false, srcDir: '.', vite: { worker: { format: 'es' } } };\n`,
    },
    build: ['nuxt/bin/nuxt.mjs', 'generate'],
    out: '.output/public',
    // Nuxt 4.4 does not render its start page below another path.
    at: '/',
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
