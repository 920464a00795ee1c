/** A server may say anything: here it becomes something that can be shown. */

/** The range of `Date`, in both directions. */
const MAX_TIME_MS = 8.64e15;

/** A time within what a date can be; for what is none the beginning of time, which shows where something is wrong without breaking the page. */
export const timeOf = (at: unknown): number =>
  typeof at === 'number' && Math.abs(at) <= MAX_TIME_MS ? at : 0;

export const textOf = (text: unknown): string => (typeof text === 'string' ? text : '');

/** The same with every field that is to be a text. */
export function withTexts<T extends object>(from: T, fields: readonly (keyof T)[]): T {
  const made = { ...from };
  for (const field of fields) {
    if (field in from && typeof from[field] !== 'string') Object.assign(made, { [field]: '' });
  }
  return made;
}

/** An address of the web that a picture may come from and a link may lead to; '' for anything else, a script above all. */
export function webAddressOf(url: unknown, base: string): string {
  const text = textOf(url);
  if (text === '' || !URL.canParse(text, base)) return '';
  const { protocol, href } = new URL(text, base);
  return protocol === 'http:' || protocol === 'https:' ? href : '';
}
