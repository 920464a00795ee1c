/**
 * Builds and serves the demo. Page, sign-in endpoint and socket have one origin: paths of the gateway are proxied to it, as by a reverse
 * proxy in production.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

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

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [contentSecurityPolicy, quietSockets],
  build: { outDir: 'dist', emptyOutDir: true },
  worker: { format: 'es' },
  // The worker's dependencies too. If the development server found them later, it would reload the page.
  optimizeDeps: { entries: ['index.html', '../src/worker/entry.ts', '../src/worker/page-entry.ts'] },
  server: { proxy, headers },
  preview: { proxy, headers },
});
