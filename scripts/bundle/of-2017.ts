/**
 * Makes the classic script fit for a page of 2017. Such bundlers read ES2015, and such module loaders load V2's script as a module. The runtime
 * uses the browser's own globals, and not the page's replacements (a polyfill of `Promise`, a clock of its tests).
 */
import { type Plugin, transformWithOxc } from 'vite';

/**
 * Taken from the window as the script starts. A polyfill may already have replaced `Promise`, so the browser's own is read from one of its
 * own promises.
 */
const CAPTURED = ['AbortController', 'Date', 'Error', 'JSON', 'Map', 'MessageChannel', 'Object', 'Proxy']
  .concat(['Set', 'TypeError', 'URL', 'WeakMap', 'clearInterval', 'clearTimeout', 'console', 'crypto'])
  .concat(['performance', 'queueMicrotask', 'setInterval', 'setTimeout'])
  .map((name) => `${name} = window.${name}`);

const INTRO = `var Promise = document.fonts.ready.constructor, ${CAPTURED.join(', ')};`;

/** As V2's script: a module of CommonJS or else of AMD if there is such a loader, and always a global of the window. */
const OUTRO = `
if (typeof exports === 'object' && typeof module === 'object') module.exports = JMessage;
else if (typeof define === 'function' && define.amd) define([], function () { return JMessage; });
`;

interface Node {
  type: string;
  start: number;
  end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function* privateNames(node: Node): Generator<Node> {
  if (node.type === 'PrivateIdentifier') yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* privateNames(child);
}

/** `#name` becomes the property `_name`, which the minifier shortens. A WeakMap for each would make the script half as large again. */
function withProperties(code: string, root: Node): string {
  let result = code;
  for (const { start } of [...privateNames(root)].sort((a, b) => b.start - a.start)) {
    result = `${result.slice(0, start)}_${result.slice(start + 1)}`;
  }
  return result;
}

export const of2017 = (): Plugin => ({
  name: 'of-2017',
  enforce: 'pre',
  outputOptions: (options) => ({ ...options, intro: INTRO, outro: OUTRO }),
  transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    return transformWithOxc(withProperties(code, this.parse(code, { lang: 'ts' })), id, {
      target: 'es2017',
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
      tsconfig: false,
    });
  },
});
