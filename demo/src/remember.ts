/**
 * Data that the page stores in the browser: the account (never a password), the accounts of the tab, drafts, and the
 * appearance. Storage may be forbidden or full. The page then works without it.
 */
export interface Account {
  appkey: string;
  username: string;
}

export type Theme = 'system' | 'light' | 'dark';
export type Language = 'en' | 'zh';

const MAX_ACCOUNTS = 5;
const PREFIX = 'jmessage-demo:';
const ACCOUNT = 'account';
const THEME = 'theme';
const LANGUAGE = 'language';
const ALERTS = 'alerts';
const INSPECTOR = 'inspector';

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
    // The data are not essential.
  }
}

// Functions, since the mere access to a forbidden storage throws.
const tab = () => sessionStorage;
const browser = () => localStorage;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The last account of this tab, or else of this browser. */
export function rememberedAccount(appkey: string): Account | undefined {
  for (const storage of [tab, browser]) {
    const value = read(storage, ACCOUNT);
    if (isRecord(value) && value.appkey === appkey && typeof value.username === 'string') {
      return { appkey, username: value.username };
    }
  }
  return undefined;
}

/** Accounts of this browser with a session that can be continued without a password. */
export const rememberedAccounts = (appkey: string): string[] => namesOf(read(browser, accountsKey(appkey)));

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];

const accountsKey = (appkey: string): string => `accounts:${appkey}`;

function writeAccounts(appkey: string, usernames: readonly string[]): void {
  write(browser, accountsKey(appkey), usernames.length === 0 ? undefined : usernames);
}

export function rememberAccount({ appkey, username }: Account): void {
  const others = rememberedAccounts(appkey).filter((name) => name !== username);
  writeAccounts(appkey, [username, ...others].slice(0, MAX_ACCOUNTS));
  // Field by field, so that later fields of an account are not stored by accident.
  for (const storage of [tab, browser]) write(storage, ACCOUNT, { appkey, username });
}

/** The browser's entry stays if it belongs to another account, which another tab may use. */
export function forgetAccount(account: Account): void {
  const { appkey, username } = account;
  writeAccounts(
    appkey,
    rememberedAccounts(appkey).filter((name) => name !== username),
  );
  for (const storage of [tab, browser]) {
    const last = read(storage, ACCOUNT);
    if (isRecord(last) && last.username === account.username) write(storage, ACCOUNT, undefined);
  }
}

const seatsKey = (appkey: string): string => `seats:${appkey}`;

interface RememberedSeat {
  username: string;
  /** The conversation that was on the screen last. */
  open: string | null;
}

const isSeat = (value: unknown): value is RememberedSeat =>
  isRecord(value) &&
  typeof value.username === 'string' &&
  (value.open === null || typeof value.open === 'string');

/** The accounts that are live in this tab, in the order of their logins. */
export function rememberedSeats(appkey: string): RememberedSeat[] {
  const seats = read(tab, seatsKey(appkey));
  return Array.isArray(seats) ? seats.filter(isSeat) : [];
}

export function rememberSeats(appkey: string, seats: readonly RememberedSeat[]): void {
  write(tab, seatsKey(appkey), seats.length === 0 ? undefined : seats);
}

/** Each draft has a key of its own, so that tabs do not overwrite drafts of one another. */
const draftsOf = ({ appkey, username }: Account): string =>
  `draft:${encodeURIComponent(appkey)}:${encodeURIComponent(username)}:`;

function draftKeys(account: Account): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX + draftsOf(account)))
      .map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** @returns conversations and their drafts */
export function rememberedDrafts(account: Account): [id: string, draft: string][] {
  return draftKeys(account).flatMap((key) => {
    const draft = read(browser, key);
    return typeof draft === 'string' ? [[key.slice(draftsOf(account).length), draft]] : [];
  });
}

export function rememberDraft(account: Account, id: string, draft: string): void {
  write(browser, draftsOf(account) + id, draft === '' ? undefined : draft);
}

export function forgetDrafts(account: Account): void {
  for (const key of draftKeys(account)) write(browser, key, undefined);
}

/** Calls back after another tab has changed it. */
export function watchAlerts(changed: (alerts: boolean) => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === PREFIX + ALERTS) changed(rememberedAlerts());
  });
}

/** Notifications and sounds are on after a click only. */
export const rememberedAlerts = (): boolean => read(browser, ALERTS) === true;

export function rememberAlerts(alerts: boolean): void {
  write(browser, ALERTS, alerts || undefined);
}

export const rememberedInspector = (): boolean => read(browser, INSPECTOR) === true;

export function rememberInspector(isOpen: boolean): void {
  write(browser, INSPECTOR, isOpen || undefined);
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
