/**
 * Adds the standard functions of later browsers that the runtime uses, if they are missing. They behave as the standard says, and a page's
 * `for … in` does not see them.
 */
import type { Plugin } from 'vite';

/** JavaScript of 2018. `since` is the version of Chrome that has it. */
const VARIABLES = [
  { since: 71, code: 'globalThis = self' },
  {
    since: 71,
    code: 'queueMicrotask = self.queueMicrotask || (function (fn) { Promise.resolve().then(fn); })',
  },
];
const MEMBERS = [
  {
    since: 93,
    code: `Object, 'hasOwn', function (object, key) { return Object.prototype.hasOwnProperty.call(object, key); }`,
  },
  {
    since: 92,
    code: `Array.prototype, 'at', function (index) {
      index = Math.trunc(index) || 0;
      return this[index < 0 ? index + this.length : index];
    }`,
  },
  {
    since: 69,
    code: `Array.prototype, 'flatMap', function (fn, self) {
      var all = [];
      this.forEach(function (item, index, list) {
        var one = fn.call(self, item, index, list);
        if (Array.isArray(one)) one.forEach(function (part) { all.push(part); });
        else all.push(one);
      });
      return all;
    }`,
  },
  {
    since: 76,
    code: `Blob.prototype, 'arrayBuffer', function () { return new Response(this).arrayBuffer(); }`,
  },
];

const ADD = `function (owner, name, value) {
  if (!owner[name]) Object.defineProperty(owner, name, { value: value, writable: true, configurable: true });
}`;

/** @param chrome the first version of Chrome that has to run the bundle */
export function oldBuiltins(chrome: number): Plugin {
  const missing = (all: readonly { since: number; code: string }[]) =>
    all.filter(({ since }) => since > chrome).map(({ code }) => code);
  const variables = missing(VARIABLES);
  const calls = missing(MEMBERS).map((code) => `add(${code});`);
  const intro = `${variables.length > 0 ? `var ${variables.join(', ')};` : ''}
    (function (add) { ${calls.join('\n')} })(${ADD});`;
  return { name: 'old-builtins', outputOptions: (options) => ({ ...options, intro }) };
}
