/** What comes after the SDK's script on such a page, a test's frozen clock for example, and is of no use to it. */
(() => {
  const broken = () => {
    throw new Error('the page has replaced this');
  };
  for (const name of [
    'setInterval',
    'clearInterval',
    'queueMicrotask',
    'MessageChannel',
    'AbortController',
  ]) {
    window[name] = broken;
  }
})();
