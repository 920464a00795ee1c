/** Why a worker's script does not load: browsers do not say it, so the script is asked for once more. */

/** @param url undefined: a bundler knows */
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
