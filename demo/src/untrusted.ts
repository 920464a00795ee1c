/** Makes untrusted data of a server safe to show. */

/** The range of `Date`, in both directions. */
const MAX_TIME_MS = 8.64e15;

/** A time within the range of dates. An invalid time becomes 0, which shows the fault without breaking the page. */
export const timeOf = (at: unknown): number =>
  typeof at === 'number' && Math.abs(at) <= MAX_TIME_MS ? at : 0;

export const textOf = (text: unknown): string => (typeof text === 'string' ? text : '');

/** A copy in which every text field is a text. */
export function withTexts<T extends object>(from: T, fields: readonly (keyof T)[]): T {
  const made = { ...from };
  for (const field of fields) {
    if (field in from && typeof from[field] !== 'string') Object.assign(made, { [field]: '' });
  }
  return made;
}

/** A web address that is safe for pictures and links; '' for any other address, such as a script. */
export function webAddressOf(url: unknown, base: string): string {
  const text = textOf(url);
  if (text === '' || !URL.canParse(text, base)) return '';
  const { protocol, href } = new URL(text, base);
  return protocol === 'http:' || protocol === 'https:' ? href : '';
}
