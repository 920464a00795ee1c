/**
 * The commands of package.json: the words and options that each of them takes. `arguments.mjs` reads the command line by this table, before a
 * package is installed, a build made or a browser started.
 *
 * An option without a `value` is a switch. `number` is the least number; `hidden` options are those that a command passes to itself.
 */

const PARTS = { name: 'part of a path', many: true };

/** Options of the test runner that select or repeat tests. Others follow after `--`. */
const RUNNER = {
  testNamePattern: { short: 't', value: 'PATTERN', about: 'only tests whose name matches' },
  bail: { value: 'N', number: 0, whole: true, about: 'stop after N failed tests' },
  update: { short: 'u', about: 'write snapshots' },
};

/** The test runner gets its options as they were written. */
const toRunner = (args) => args.filter((arg) => arg !== '--');

/** The gateways of a chaos run and of a load. */
const NODES = {
  value: 'N',
  number: 0,
  whole: true,
  default: 0,
  about: 'gateways on PostgreSQL and Redis; 0: one on PGlite',
};

const SUITES = ['sends', 'receiving', 'start', 'storage', 'memory', 'soak', 'tabs', 'gateway'];
const ENGINE_RUNS = ['leader', 'page', 'firefox', 'webkit', 'webkit-private', 'chromium-80', 'chromium-66'];

export const COMMANDS = {
  start: {
    about: 'Starts the built demo and its gateway.',
    run: async () => (await import('../tasks/serve.mjs')).start('preview'),
  },
  dev: {
    about: "Starts the demo with Vite's development server, and its gateway.",
    run: async () => (await import('../tasks/serve.mjs')).start('dev'),
  },
  gateway: {
    about: 'Builds and starts the gateway.',
    // It has a command line of its own, which is also that of the published program.
    hasOwnUsage: true,
    run: async (_values, args) => (await import('../tasks/gateway.mjs')).gateway(args),
  },
  build: {
    about: 'Builds dist/ and the gateway, and prints the sizes.',
    run: async () => (await import('../tasks/build.mjs')).build(),
  },
  bench: {
    about: 'Measures the runtime and the gateway against baselines.',
    words: { name: 'suite', many: true, choices: SUITES },
    options: {
      rounds: { value: 'N', number: 1, whole: true, default: 5, about: 'rounds of each measurement' },
      quick: { about: 'a small version, which only shows that everything works' },
      minutes: { value: 'M', number: 0, default: 5, about: 'length of the soak' },
      out: { value: 'FILE', default: 'test-results/bench.json', about: 'the report' },
      compare: { value: 'FILE', about: 'an earlier report, to compare with' },
      load: { hidden: true },
    },
    run: async (values, suites) => (await import('../tasks/bench.mjs')).bench(values, suites),
  },
  'bench:charts': {
    about: 'Draws a report of the benchmarks for docs/performance.md.',
    words: { name: 'report' },
    run: async (_values, [file]) => (await import('../tasks/bench-charts.mjs')).benchCharts(file),
  },
  test: {
    about: 'Runs every check and test, or the test files whose path has one of the parts.',
    words: PARTS,
    options: RUNNER,
    run: async (_values, _words, args) => (await import('../tasks/test.mjs')).test(toRunner(args)),
  },
  'test:engines': {
    about: `Runs suites of the browser tests elsewhere: ${ENGINE_RUNS.join(', ')}.`,
    words: { name: 'engine | part of a path', many: true },
    run: async (_values, words) => (await import('../tasks/engines.mjs')).engines(words),
  },
  'test:chaos': {
    about: 'Runs random faults in real browsers, and reports violations.',
    options: {
      seed: { value: 'N', number: 0, whole: true, about: 'repeats the faults of an earlier run' },
      minutes: { value: 'M', number: 0, about: 'length of the run' },
      seconds: { value: 'S', number: 0, about: 'the same in seconds; without either a minute' },
      host: {
        value: 'HOST',
        choices: ['shared', 'leader', 'page'],
        default: 'shared',
        about: 'home of the runtime',
      },
      nodes: NODES,
      rolling: { about: 'restarts the nodes one after the other, without other faults' },
      clients: {
        value: 'C',
        number: 0,
        whole: true,
        default: 30,
        about: 'clients without a browser, with --rolling; 0: none',
      },
      history: { value: 'FILE', about: 'writes every step of the run' },
    },
    check: ({ clients }) =>
      clients === 1 ? 'One client has no other to write to: --clients is 0, or from 2.' : undefined,
    run: async (values) => (await import('../tasks/chaos.mjs')).chaos(values),
  },
  'test:hostile': {
    about: 'Runs the hostile clients on PGlite and PostgreSQL, or measures them.',
    options: {
      figures: { about: 'measures the cost of attacks for an ordinary user' },
      soak: { value: 'M', number: 0.1, about: 'attackers and ordinary users for M minutes' },
      rounds: { value: 'N', number: 1, whole: true, default: 4, about: 'rounds of the figures' },
      only: { value: 'ATTACK', many: true, about: 'some attacks of the figures' },
      gateway: { value: 'FILE', about: "another build's main.js" },
      data: { value: 'WHERE', about: "the gateway's database" },
      attack: { value: 'KIND:COUNT', many: true, hidden: true },
      url: { value: 'URL', hidden: true },
    },
    check: ({ figures, soak, attack, gateway, data, only }) =>
      figures || soak || attack || !(gateway || data || only)
        ? undefined
        : 'The other options belong to --figures or --soak.',
    run: async (values) => (await import('../tasks/hostile.mjs')).hostile(values),
  },
  'test:nodes': {
    about: "Runs the gateway's tests, or the browser's, against two nodes on PostgreSQL and Redis.",
    words: PARTS,
    options: { browser: { about: "the browser's tests: by default those of the API" }, ...RUNNER },
    run: async ({ browser }, _words, args) =>
      (await import('../tasks/nodes.mjs')).nodes(
        browser === true,
        toRunner(args).filter((arg) => arg !== '--browser'),
      ),
  },
  'test:consumers': {
    about: 'Runs the packed package through each bundler, and in two tabs of Chromium.',
    words: { name: 'bundler', many: true },
    run: async (_values, names) => (await import('../tasks/consumers.mjs')).consumers(names),
  },
  load: {
    about: 'Measures throughput, latencies and the use of each process.',
    options: {
      nodes: NODES,
      connections: { value: 'C', number: 2, whole: true, default: 200, about: 'clients' },
      rate: {
        value: 'R',
        number: 0,
        whole: true,
        default: 200,
        about: 'messages a second between two clients',
      },
      warmup: { value: 'S', number: 0, whole: true, default: 5, about: 'seconds before the measurement' },
      idle: {
        value: 'S',
        number: 0,
        whole: true,
        default: 5,
        about: 'seconds without a message, measured apart',
      },
      seconds: { value: 'S', number: 0, whole: true, default: 10, about: 'length of the measurement' },
      group: { value: 'M', number: 0, whole: true, default: 0, about: 'members of a group, at most C' },
    },
    check: ({ connections, group }) =>
      group > connections ? '--group is at most the number of --connections.' : undefined,
    run: async (values) => (await import('../tasks/load.mjs')).load(values),
  },
  'demo:lighthouse': {
    about: 'Audits the built demo: accessibility, best practices, installable page.',
    run: async () => (await import('../tasks/lighthouse.mjs')).lighthouse(),
  },
  prose: {
    about: 'Lints the writing of all files, or of those whose path has one of the parts.',
    words: PARTS,
    run: async (_values, parts) => (await import('../tasks/prose.mjs')).prose(parts),
  },
  docs: {
    about: 'Writes the generated pages of docs/ and builds the site.',
    words: { name: 'mode', choices: ['reference', 'dev'] },
    run: async (_values, [part]) => (await import('../tasks/docs.mjs')).docs(part),
  },
  'docs:record': {
    about: 'Records the demo for docs/media. It needs ffmpeg.',
    run: async () => (await import('../tasks/docs.mjs')).record(),
  },
  'release:version': {
    about: 'Makes the next version and its changelog from the changesets.',
    run: async () => (await import('../tasks/release.mjs')).releaseVersion(),
  },
  'release:publish': {
    about: 'Tests and publishes the version, unless the registry has it.',
    run: async () => (await import('../tasks/release.mjs')).releasePublish(),
  },
};
