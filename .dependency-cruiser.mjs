/**
 * The layers of `docs/architecture.md` as rules. In each list a folder may import those before it, never those after it; imports of types
 * count. The parser is swc, since dependency-cruiser does not read sources with TypeScript 7.
 */

/**
 * @param {string} root
 * @param {string[]} entries from low to high: folders, and files of the root by name. The other files of the root are above all of them
 */
function layers(root, entries) {
  const patterns = entries.map((entry) =>
    entry.endsWith('.ts') ? `${entry.replace('.', '\\.')}$` : `${entry}/`,
  );
  const top = `(?!(${patterns.join('|')}))[^/]+$`;
  const rules = entries.map((entry, i) => ({
    name: `${root}/${entry}: no import from above`,
    severity: 'error',
    from: { path: `^${root}/${patterns[i]}` },
    to: { path: `^${root}/(${[...patterns.slice(i + 1), top].join('|')})` },
  }));
  const listed = {
    name: `${root}: every folder has its place in the order`,
    severity: 'error',
    from: {},
    to: { path: `^${root}/[^/]+/`, pathNot: `^${root}/(${patterns.join('|')})` },
  };
  return [...rules, listed];
}

/** @param {string} name @param {string} from @param {string} to @param {object} [more] */
const never = (name, from, to, more = {}) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, ...more },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no import cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    never(
      'the protocol knows nothing else',
      '^src/protocol/',
      '^(src/(?!protocol/)|gateway|demo|scripts|test)',
    ),
    never(
      'the protocol’s folders do not import its entries',
      '^src/protocol/[^/]+/',
      '^src/protocol/(index|tab|worker)\\.ts$',
    ),
    never('a tab never knows the worker', '^src/client/', '^src/worker/'),
    never('the worker never knows a tab', '^src/worker/', '^src/client/'),
    never(
      'client and worker load their own part of the protocol',
      '^src/(client|worker)/',
      '^src/protocol/index\\.ts$',
    ),
    never(
      'the store stands on the public API',
      '^src/(store|react|vue)/',
      '^src/(client|worker)/|^src/protocol/(?!conversation-id)',
    ),
    never(
      'the SDK knows neither the store nor its bindings',
      '^src/(?!store|react|vue)',
      '^src/(store|react|vue)/',
    ),
    never('the SDK knows no testing double', '^src/(?!testing)', '^src/testing/'),
    never('the bindings are apart', '^src/react/', '^src/vue/'),
    never('the SDK never knows the gateway', '^src/', '^(gateway|demo|scripts|test)/'),
    never(
      'the gateway knows only the protocol of the SDK',
      '^gateway/src/',
      '^(src/(?!protocol/)|demo|scripts|test)',
    ),
    never('the SDK runs in a browser', '^src/', '', { dependencyTypes: ['core'] }),
    ...layers('src/client', ['page', 'events', 'worker-link']),
    ...layers('src/worker', [
      'util',
      'store',
      'platform',
      'tabs',
      'connection',
      'methods',
      'inbox',
      'outbox',
      'session',
      'runtime',
    ]),
    ...layers('gateway/src', [
      'util',
      'config.ts',
      'answers.ts',
      'store',
      'engine',
      'transport',
      'connection',
      'delivery',
      'auth',
      'services',
      'handlers',
      'http',
    ]),
  ],
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' } },
};
