/**
 * `npm start | dev | gateway | build | test | test:engines | test:chaos | test:hostile | test:nodes | test:consumers | load | bench |
 * bench:charts | prose | docs | docs:record | release:version | release:publish`: looks up the task and runs it.
 * This file is plain Node, so that it works on a fresh clone. It installs the packages before it loads a task.
 */
import { ensureInstalled } from './lib/setup.mjs';

/** Loaded only after the install: tasks may import the packages. */
const TASKS = {
  start: async () => (await import('./tasks/serve.mjs')).start('preview'),
  dev: async () => (await import('./tasks/serve.mjs')).start('dev'),
  gateway: async (args) => (await import('./tasks/gateway.mjs')).gateway(args),
  build: async () => (await import('./tasks/build.mjs')).build(),
  bench: async (args) => (await import('./tasks/bench.mjs')).bench(args),
  'bench:charts': async (args) => (await import('./tasks/bench-charts.mjs')).benchCharts(args),
  test: async (args) => (await import('./tasks/test.mjs')).test(args),
  'test:engines': async (args) => (await import('./tasks/engines.mjs')).engines(args),
  'test:chaos': async (args) => (await import('./tasks/chaos.mjs')).chaos(args),
  'test:hostile': async (args) => (await import('./tasks/hostile.mjs')).hostile(args),
  'test:nodes': async (args) => (await import('./tasks/nodes.mjs')).nodes(args),
  'test:consumers': async (args) => (await import('./tasks/consumers.mjs')).consumers(args),
  load: async (args) => (await import('./tasks/load.mjs')).load(args),
  prose: async (args) => (await import('./tasks/prose.mjs')).prose(args),
  docs: async (args) => (await import('./tasks/docs.mjs')).docs(args),
  'docs:record': async () => (await import('./tasks/docs.mjs')).record(),
  'release:version': async () => (await import('./tasks/release.mjs')).releaseVersion(),
  'release:publish': async () => (await import('./tasks/release.mjs')).releasePublish(),
};

const [task = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(TASKS, task)) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(TASKS).join('|')} [arguments]`);
  process.exit(2);
}
const installed = await ensureInstalled();
process.exitCode = installed === 0 ? await TASKS[task](args) : installed;
