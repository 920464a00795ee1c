/** Which applications are served, with their secrets, as an operator writes them down. */
import { readFileSync } from 'node:fs';

/** `masterSecret` by `appkey`. */
type Written = Map<string, string>;

/** Of JMessage's own there are 24. Fewer than this can be tried out. */
const LEAST_SECRET_CHARS = 8;
const GOOD_SECRET_CHARS = 16;

/** @throws for what is not `appkey:masterSecret`, several apart by commas */
export function parseApps(text: string, before: Written = new Map()): Written {
  const apps = new Map(before);
  for (const app of text.split(',')) add(apps, app);
  return apps;
}

/**
 * Reads a file with one `appkey:masterSecret` a line. Empty lines and those that begin with # do not count.
 * @throws for a file that cannot be read, or a line that is none of these
 */
export function readApps(path: string, before: Written = new Map()): Written {
  const apps = new Map(before);
  for (const [index, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    try {
      add(apps, text);
    } catch {
      // The line itself is a secret.
      throw new Error(`${path}, line ${index + 1}: wanted: appkey:masterSecret`);
    }
  }
  return apps;
}

function add(apps: Written, text: string): void {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw new Error('wanted: appkey:masterSecret');
  apps.set(text.slice(0, colon), text.slice(colon + 1));
}

/** @throws for a secret that somebody could guess: it opens every account of its application */
export function refuseWeakSecrets(apps: ReadonlyMap<string, string>): void {
  for (const [appkey, secret] of apps) {
    if (secret.length < LEAST_SECRET_CHARS || new Set(secret).size < 3 || secret === appkey) {
      throw new Error(
        `the masterSecret of ${appkey} can be guessed: take ${LEAST_SECRET_CHARS} characters at least, better ${GOOD_SECRET_CHARS * 2} of chance (openssl rand -hex ${GOOD_SECRET_CHARS})`,
      );
    }
  }
}

export const shortSecrets = (apps: ReadonlyMap<string, string>): string[] =>
  [...apps].filter(([, secret]) => secret.length < GOOD_SECRET_CHARS).map(([appkey]) => appkey);
