/** A page in a shell with CommonJS: scripts find a global `module`. */
Object.assign(window, { module: { exports: {} } });
window.exports = window.module.exports;
