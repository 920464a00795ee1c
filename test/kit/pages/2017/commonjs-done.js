/** Takes the exports of the script, as the loader of such a page does. */
window.required = window.module.exports;
delete window.module;
delete window.exports;
