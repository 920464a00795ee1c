/** The reason why a worker's script does not load. Browsers do not report it, so the page requests the script a second time. */

const because = (defect: string) =>
  `its script ${defect}; it has to be on the page's own origin, and the option "worker" names it`;

/** @param url undefined if only a bundler knows it. @returns undefined if the answer to the request is a script, or if there is none */
export function wrongScript(url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return Promise.resolve(undefined);
  return fetch(url).then(
    ({ ok, status, headers, url: address }) => {
      const type = headers.get('content-type') ?? '';
      return ok && /script/.test(type) ? undefined : because(`${address} is HTTP ${status} ${type}`);
    },
    () => undefined,
  );
}

export function whyNot(url: string | undefined, event: unknown): Promise<string> {
  const { message } = event as { message?: string };
  return wrongScript(url).then(
    (reason) => reason ?? because(`${url ?? ''} could not be loaded or run${message ? `: ${message}` : ''}`),
  );
}
