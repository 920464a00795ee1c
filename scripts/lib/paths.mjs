/** Where things are, from the root of the project; every task runs there. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string[]} parts */
export const inRoot = (...parts) => path.join(ROOT, ...parts);

/** The tools' own entry files: run by this very Node, without a shell or `npx` in between. */
export const TOOLS = {
  tsc: inRoot('node_modules/typescript/bin/tsc'),
  depcruise: inRoot('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
  biome: inRoot('node_modules/@biomejs/biome/bin/biome'),
  vite: inRoot('node_modules/vite/bin/vite.js'),
  vitest: inRoot('node_modules/vitest/vitest.mjs'),
};

/** The gateway's command line, as built. */
export const GATEWAY = inRoot('gateway/dist/main.js');

/** What `npm start` keeps between runs. */
export const DATA = process.env.JMESSAGE_DATA ?? inRoot('.data');
