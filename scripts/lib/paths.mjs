/** Paths from the root of the project, in which every task runs. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string[]} parts */
export const inRoot = (...parts) => path.join(ROOT, ...parts);

/** The tools' own entry files, which run in this Node without a shell or `npx`. */
export const TOOLS = {
  tsc: inRoot('node_modules/typescript/bin/tsc'),
  depcruise: inRoot('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
  biome: inRoot('node_modules/@biomejs/biome/bin/biome'),
  vite: inRoot('node_modules/vite/bin/vite.js'),
  vitest: inRoot('node_modules/vitest/vitest.mjs'),
};

/** The built command line of the gateway. */
export const GATEWAY = inRoot('gateway/dist/main.js');

/** Data that `npm start` keeps between runs. */
export const DATA = process.env.JMESSAGE_DATA ?? inRoot('.data');
