/** All texts of the page, in the user's language. */
import { codeOf } from './jmessage.js';
import type { Language } from './remember.js';
import { useStore } from './store.js';
import { en, type Strings } from './strings/en.js';
import { zh } from './strings/zh.js';

export type { Strings };

const TABLES: Readonly<Record<Language, Strings>> = { en, zh };

export const stringsOf = (language: Language): Strings => TABLES[language];

export const useStrings = (): Strings => stringsOf(useStore(({ language }) => language));

/** The text of a failure. An error without a code is a fetch that reached no server. */
export function explain(error: unknown, strings: Strings): string {
  const code = codeOf(error);
  if (code === undefined) return strings.noServer;
  return strings.failures[code] ?? strings.failed(code, (error as { message?: string }).message ?? '');
}
