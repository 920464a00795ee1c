/**
 * Makes the classic script fit for a page of 2017. Such bundlers read ES2015, and such module loaders load V2's script as a module. The runtime
 * uses the browser's own globals, and not the page's replacements (a polyfill of `Promise`, a clock of its tests).
 */
import type { Plugin } from 'vite';

/**
 * Taken from the window as the script starts. A polyfill may already have replaced `Promise`, so the browser's own is read from one of its
 * own promises.
 */
const CAPTURED = ['AbortController', 'Date', 'Error', 'JSON', 'Map', 'MessageChannel', 'Object', 'Proxy']
  .concat(['Set', 'TypeError', 'URL', 'WeakMap', 'clearInterval', 'clearTimeout', 'console', 'crypto'])
  .concat(['performance', 'setInterval', 'setTimeout'])
  .map((name) => `${name} = window.${name}`);

/** Chrome has them from 71 on. */
const MISSING =
  'globalThis = window, queueMicrotask = window.queueMicrotask || (function (fn) { Promise.resolve().then(fn); })';

const INTRO = `var Promise = document.fonts.ready.constructor, ${CAPTURED.join(', ')}, ${MISSING};`;

/** As V2's script: a module of CommonJS or else of AMD if there is such a loader, and always a global of the window. */
const OUTRO = `
if (typeof exports === 'object' && typeof module === 'object') module.exports = JMessage;
else if (typeof define === 'function' && define.amd) define([], function () { return JMessage; });
`;

export const of2017 = (): Plugin => ({
  name: 'of-2017',
  outputOptions: (options) => ({ ...options, intro: INTRO, outro: OUTRO }),
});
