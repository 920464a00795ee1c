/**
 * Three projects by their requirements: none (`unit`), a gateway process (`gateway`), a browser and all builds (`browser`). A fourth one needs
 * the bundlers too (`bundlers`), a fifth one ffmpeg (`media`), and a sixth one Lighthouse (`lighthouse`).
 * `npm test` builds, and then runs them in two lanes (scripts/tasks/test.mjs).
 */
import { defineConfig } from 'vitest/config';

const UNIT_TIMEOUT_MS = 10_000;
const GATEWAY_TIMEOUT_MS = 30_000;
const BROWSER_TIMEOUT_MS = 60_000;

export default defineConfig({
  test: {
    // Gateways, browsers and their pages are separate processes, so more files at once would only share two cores.
    fileParallelism: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: UNIT_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'gateway',
          // One process for all files. Otherwise each file loads the gateway and its database engine again, a third of the time.
          isolate: false,
          include: ['gateway/test/**/*.test.ts'],
          environment: './test/kit/lifelong-environment.ts',
          testTimeout: GATEWAY_TIMEOUT_MS,
          hookTimeout: GATEWAY_TIMEOUT_MS,
        },
      },
      {
        test: {
          // `npm run test:consumers` alone.
          name: 'bundlers',
          include: ['test/bundlers/**/*.test.ts'],
          environment: 'node',
          testTimeout: BROWSER_TIMEOUT_MS,
          hookTimeout: BROWSER_TIMEOUT_MS,
        },
      },
      {
        test: {
          // `npm run docs:record` alone.
          name: 'media',
          include: ['test/media/**/*.test.ts'],
          environment: 'node',
          testTimeout: BROWSER_TIMEOUT_MS,
          hookTimeout: BROWSER_TIMEOUT_MS,
        },
      },
      {
        test: {
          // `npm run demo:lighthouse` alone.
          name: 'lighthouse',
          include: ['test/lighthouse/**/*.test.ts'],
          environment: 'node',
          testTimeout: BROWSER_TIMEOUT_MS,
          hookTimeout: BROWSER_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'browser',
          isolate: false,
          include: ['test/{browser,kit,consumers,chaos}/**/*.test.ts'],
          environment: './test/kit/lifelong-environment.ts',
          testTimeout: BROWSER_TIMEOUT_MS,
          hookTimeout: BROWSER_TIMEOUT_MS,
        },
      },
    ],
  },
});
