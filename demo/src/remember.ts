/**
 * What the page keeps in the browser: who was logged in here (never a password), invitations that wait for an answer, which the server
 * tells of once, and the looks. Storage may be forbidden or full: the page then works without.
 */
export interface Account {
  appkey: string;
  username: string;
}

/** Somebody wants to be a friend. */
export interface Invitation {
  username: string;
  why: string;
}

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'zh';

const PREFIX = 'jmessage-demo:';
const ACCOUNT = 'account';
const THEME = 'theme';
const LANGUAGE = 'language';

function read(storage: () => Storage, key: string): unknown {
  try {
    const text = storage().getItem(PREFIX + key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === undefined) storage().removeItem(PREFIX + key);
    else storage().setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Nothing is lost that matters.
  }
}

// Functions, since the mere look at a forbidden storage throws.
const tab = () => sessionStorage;
const browser = () => localStorage;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Who was logged in: in this tab, or else in this browser last. */
export function rememberedAccount(appkey: string): Account | undefined {
  for (const storage of [tab, browser]) {
    const value = read(storage, ACCOUNT);
    if (isRecord(value) && value.appkey === appkey && typeof value.username === 'string') {
      return { appkey, username: value.username };
    }
  }
  return undefined;
}

export function rememberAccount({ appkey, username }: Account): void {
  // Field by field: whatever else an account may carry one day stays out.
  for (const storage of [tab, browser]) write(storage, ACCOUNT, { appkey, username });
}

/** The browser's memory is left alone if it is of another account, which another tab may have. */
export function forgetAccount(account: Account): void {
  write(tab, ACCOUNT, undefined);
  const last = read(browser, ACCOUNT);
  if (isRecord(last) && last.username === account.username) write(browser, ACCOUNT, undefined);
}

const invitationsKey = ({ appkey, username }: Account): string => `invitations:${appkey}:${username}`;

const isInvitation = (value: unknown): value is Invitation =>
  isRecord(value) && typeof value.username === 'string' && typeof value.why === 'string';

export function rememberedInvitations(account: Account): Invitation[] {
  const value = read(browser, invitationsKey(account));
  return Array.isArray(value) ? value.filter(isInvitation) : [];
}

export function rememberInvitations(account: Account, invitations: readonly Invitation[]): void {
  write(browser, invitationsKey(account), invitations.length === 0 ? undefined : invitations);
}

/** Calls back when another tab has got or answered one. */
export function watchInvitations(account: () => Account | undefined, changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    const current = account();
    if (current !== undefined && key === PREFIX + invitationsKey(current)) changed();
  });
}

export function rememberedTheme(): Theme {
  const value = read(browser, THEME);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function rememberTheme(theme: Theme): void {
  write(browser, THEME, theme === 'system' ? undefined : theme);
}

export function rememberedLanguage(): Language {
  const value = read(browser, LANGUAGE);
  if (value === 'en' || value === 'zh') return value;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function rememberLanguage(language: Language): void {
  write(browser, LANGUAGE, language);
}
