/** The reason why a worker's script does not load. Browsers do not report it, so the page requests the script a second time. */

/** @param url undefined if only a bundler knows it */
export function whyNot(url: string | undefined, event: unknown): Promise<string> {
  const { message } = event as { message?: string };
  const why = (what: string) =>
    `its script ${what}; it has to be on the page's own origin, and the option "worker" names it`;
  const unknown = why(`${url ?? ''} could not be loaded or run${message ? `: ${message}` : ''}`);
  if (url === undefined) return Promise.resolve(unknown);
  return fetch(url).then(
    ({ ok, status, headers, url: address }) => {
      const type = headers.get('content-type') ?? '';
      return ok && /script/.test(type) ? unknown : why(`${address} is HTTP ${status} ${type}`);
    },
    () => unknown,
  );
}
