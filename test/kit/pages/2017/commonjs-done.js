/** What such a page's loader does with what a script has exported. */
window.required = window.module.exports;
delete window.module;
delete window.exports;
