/** A page inside of a shell that gives it CommonJS: scripts find a `module` there. */
Object.assign(window, { module: { exports: {} } });
window.exports = window.module.exports;
