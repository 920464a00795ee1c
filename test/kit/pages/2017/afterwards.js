/** Runs after the SDK's script, and replaces globals that the SDK must not use any more, for example with a test's frozen clock. */
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
