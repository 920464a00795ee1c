/** The sessions of the account. */
import { JIM } from './jim.js';
import type { UserSession } from './jmessage.js';
import { textOf } from './untrusted.js';

/** Browsers and systems by their user agents, the most specific first, because each also claims to be a later one. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** Names the program and system, as far as the user agent tells them. */
export function deviceOf({ agent, platform }: Pick<UserSession, 'agent' | 'platform'>): string {
  const said = textOf(agent);
  const find = (names: typeof BROWSERS | typeof SYSTEMS) =>
    names.find(([token]) => said.includes(token))?.[1];
  return [find(BROWSERS), find(SYSTEMS)].filter(Boolean).join(' · ') || textOf(platform);
}

/** The own session comes first. @throws the failure of `getSessions` */
export async function loadSessions(): Promise<UserSession[]> {
  const { sessions } = await JIM.getSessions();
  return sessions.toSorted(
    (a, b) => Number(b.is_current) - Number(a.is_current) || b.active_time - a.active_time,
  );
}

/** @throws the failure of `logoutSession` */
export async function endSession(id: string): Promise<void> {
  await JIM.logoutSession({ id });
}
