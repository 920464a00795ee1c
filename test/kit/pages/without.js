/** Takes APIs away from the page, as a browser without them: `?without=SharedWorker,locks`. With `&how=forbidden` their use throws. */
(() => {
  const query = new URLSearchParams(location.search);
  const refuse = () => {
    throw new DOMException('not here', 'SecurityError');
  };
  const get = query.get('how') === 'forbidden' ? refuse : () => undefined;
  for (const name of query.get('without')?.split(',') ?? []) {
    const owner = name === 'locks' ? Navigator.prototype : window;
    Object.defineProperty(owner, name, { configurable: true, get });
  }
})();
