/**
 * The layers of `docs/architecture.md` as rules. In each list a folder may import those before it, never those after it; imports of types
 * count. The parser is swc, since dependency-cruiser does not read sources with TypeScript 7.
 */

/** @param {string} root @param {string[]} folders from low to high; the files of the root itself are above all of them */
function layers(root, folders) {
  const rules = folders.map((folder, i) => ({
    name: `${root}/${folder}: no import from a higher folder`,
    severity: 'error',
    from: { path: `^${root}/${folder}/` },
    to: { path: `^${root}/(${[...folders.slice(i + 1).map((one) => `${one}/`), '[^/]+$'].join('|')})` },
  }));
  const listed = {
    name: `${root}: every folder has its place in the order`,
    severity: 'error',
    from: {},
    to: { path: `^${root}/[^/]+/`, pathNot: `^${root}/(${folders.join('|')})/` },
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

/** Known violations: to be mended, never added to. Many files of the gateway import the object that holds all of them … */
const GATEWAY_OBJECT = '^gateway/src/gateway\\.ts$';
/** … and some files of its store import each other. */
const GATEWAY_STORE_CYCLES = '^gateway/src/store/(schema|volume|resume-tokens)\\.ts$';
/** Tables and settings without a state: any folder of the gateway may read them. */
const GATEWAY_TABLES = '^gateway/src/(answers|config|event-types)\\.ts$';

const gatewayLayers = layers('gateway/src', [
  'util',
  'store',
  'transport',
  'connection',
  'delivery',
  'auth',
  'handlers',
  'http',
]).map((rule) => ({
  ...rule,
  to: { ...rule.to, pathNot: [rule.to.pathNot ?? '^$', GATEWAY_TABLES, GATEWAY_OBJECT] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no import cycle',
      severity: 'error',
      from: {},
      to: {
        circular: true,
        viaOnly: { pathNot: [GATEWAY_OBJECT, GATEWAY_STORE_CYCLES].join('|') },
      },
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
    ]).map((rule) => ({ ...rule, to: { ...rule.to, pathNot: [rule.to.pathNot ?? '^$'] } })),
    ...gatewayLayers,
  ],
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' } },
};
