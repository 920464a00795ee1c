/** Everything that the page says, in the language of whoever looks at it. */
import { CODES, codeOf } from './jmessage.js';
import type { Language } from './remember.js';
import { useStore } from './store.js';
import { en, type Strings } from './strings/en.js';
import { zh } from './strings/zh.js';

export type { Strings };

const TABLES: Readonly<Record<Language, Strings>> = { en, zh };

export const stringsOf = (language: Language): Strings => TABLES[language];

export const useStrings = (): Strings => stringsOf(useStore(({ language }) => language));

/** What went wrong, for people. Without a code it was a fetch that found nobody. */
export function explain(error: unknown, strings: Strings): string {
  const code = codeOf(error);
  if (code === undefined) return strings.noServer;
  return strings.failures[code] ?? strings.failed(code, (error as { message?: string }).message ?? '');
}

/** Another matter at another time: with a connection, in a while, logged in again, or when the other side relents. */
const PASSING: ReadonlySet<number> = new Set([
  CODES.unknown,
  CODES.beyondFrequencyLimit,
  CODES.silenced,
  CODES.inBlacklist,
  CODES.internalError,
  CODES.busy,
  CODES.notInitialised,
  CODES.notLoggedIn,
  CODES.sessionEnded,
  CODES.hostUnavailable,
  CODES.destroyed,
  CODES.superseded,
  CODES.timeout,
  CODES.aborted,
  CODES.uploadFailed,
]);

/** Whether trying again is worth it. */
export function canSucceedLater(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || PASSING.has(code);
}
