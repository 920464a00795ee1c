/**
 * Builds and serves the demo. Page, sign-in endpoint and socket have one origin: paths of the gateway are proxied to it, as by a reverse
 * proxy in production.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { manifest } from './manifest.js';

const gateway = process.env.JMESSAGE_GATEWAY ?? 'http://127.0.0.1:8787';
const proxy = {
  '/socket.io': { target: gateway, ws: true },
  '/dev/': { target: gateway },
  '/resource': { target: gateway },
  '/media/': { target: gateway },
};

/** In the built page only: the dev server injects inline styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

/** Headers, because a page cannot forbid framing in its own text. */
const headers = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Sockets break when tabs close or the gateway restarts. The page reports that itself, so a stack trace here is useless. */
const quietSockets: Plugin = {
  name: 'quiet-sockets',
  configResolved({ logger }) {
    const { error } = logger;
    logger.error = (message, options) => {
      if (!message.includes('ws proxy')) error(message, options);
    };
  },
};

/** The service worker (src/service-worker.ts) waits until the person asks for its version. */
const installable = VitePWA({
  strategies: 'injectManifest',
  srcDir: 'src',
  filename: 'service-worker.ts',
  registerType: 'prompt',
  injectRegister: null,
  manifest,
  injectManifest: { globPatterns: ['**/*.{html,css,js,svg,png}'] },
});

/** `npm run dev` and `npm start` have one origin. So the development server ends the service worker of the built page. */
const withoutServiceWorker: Plugin = {
  name: 'without-service-worker',
  apply: 'serve',
  configureServer({ middlewares }) {
    middlewares.use('/service-worker.js', (_request, response) => {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(
        [
          "addEventListener('install', () => skipWaiting());",
          "addEventListener('activate', (event) => event.waitUntil(registration.unregister()",
          "  .then(() => clients.matchAll({ type: 'window' }))",
          '  .then((open) => Promise.all(open.map((page) => page.navigate(page.url))))));',
        ].join('\n'),
      );
    });
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  // A missing file is a 404 rather than the page, so that its reader sees the reason.
  appType: 'mpa',
  plugins: [contentSecurityPolicy, quietSockets, withoutServiceWorker, installable],
  build: { outDir: 'dist', emptyOutDir: true },
  worker: { format: 'es' },
  // The worker's dependencies too. If the development server found them later, it would reload the page.
  optimizeDeps: { entries: ['index.html', '../src/worker/entry.ts', '../src/worker/page-entry.ts'] },
  server: { proxy, headers },
  preview: { proxy, headers },
});
