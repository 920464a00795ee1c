/** Why a worker's script does not load, which a browser tells nobody: it is asked for once more, for whoever has to put it right. */

const REMEDY = `it has to be on the page's own origin; the option "worker" says where`;

/** @param url undefined: a bundler knows */
export function whyNot(url: string | undefined, event: unknown): Promise<string> {
  const { message } = event as { message?: string };
  const said = message ? `: ${message}` : '';
  const unknown = `its script ${url ?? ''} could not be loaded or run${said} (${REMEDY})`;
  if (url === undefined) return Promise.resolve(unknown);
  return fetch(url, { cache: 'no-store' }).then(
    ({ ok, status, headers, url: address }) => {
      const type = headers.get('content-type') ?? '';
      if (!ok) return `its script ${address} is not there: HTTP ${status} (${REMEDY})`;
      return /script/.test(type)
        ? unknown
        : `its script ${address} is served as "${type}", not as JavaScript`;
    },
    () => unknown,
  );
}
