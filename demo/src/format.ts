/** Times and days for people, in the language of the page. */
import type { Language } from './remember.js';
import { timeOf } from './untrusted.js';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

const locale = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en');

const formats = new Map<string, Intl.DateTimeFormat>();

/** Creating a format is slow, so each is created once. */
function format(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat(locale(language), options);
    formats.set(key, known);
  }
  return known;
}

const midnight = (at: number): number => new Date(timeOf(at)).setHours(0, 0, 0, 0);

/** The difference is rounded, since a day with a clock change has 23 or 25 hours. */
const daysAgo = (at: number, now: number): number => Math.round((midnight(now) - midnight(at)) / DAY_MS);

export const isSameDay = (a: number, b: number): boolean => midnight(a) === midnight(b);

export const clock = (at: number, language: Language): string =>
  format(language, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(timeOf(at));

/** The full date, for a tooltip. */
export const moment = (at: number, language: Language): string =>
  format(language, 'moment', { dateStyle: 'full', timeStyle: 'medium' }).format(timeOf(at));

/** The machine-readable form. */
export const isoTime = (at: number): string => new Date(timeOf(at)).toISOString();

const relativeDay = (days: number, language: Language): string => {
  const text = new Intl.RelativeTimeFormat(locale(language), { numeric: 'auto' }).format(-days, 'day');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** For the line between two days: "Today", "Monday, 3 March". */
export function day(at: number, now: number, language: Language): string {
  const days = daysAgo(at, now);
  if (days === 0 || days === 1) return relativeDay(days, language);
  const sameYear = new Date(timeOf(at)).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format(language, 'day', { weekday: 'long', month: 'long', day: 'numeric' }).format(timeOf(at))
    : format(language, 'day of year', { year: 'numeric', month: 'long', day: 'numeric' }).format(timeOf(at));
}

/** For a list: the hour today, the weekday this week, else the date. */
export function shortTime(at: number, now: number, language: Language): string {
  const days = daysAgo(at, now);
  if (days <= 0) return clock(at, language);
  if (days === 1) return relativeDay(1, language);
  if (days < WEEK_DAYS) return format(language, 'weekday', { weekday: 'short' }).format(timeOf(at));
  return format(language, 'date', { year: '2-digit', month: 'numeric', day: 'numeric' }).format(timeOf(at));
}
