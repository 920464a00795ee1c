/** Finds web addresses in untrusted text. Only http and https become links. */
export interface Part {
  text: string;
  href?: string;
}

// An address ends before white space, quotation marks and CJK punctuation, which it never has unescaped.
const ADDRESS = /https?:\/\/[^\s<>"'`“”‘’「」『』（）【】《》，。；！？、]+/giu;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,;:!?…)\]}]+$/u;

function withoutTrailing(address: string): string {
  const trimmed = address.replace(TRAILING, '');
  // A closing bracket belongs to the address if it was opened there.
  return trimmed.includes('(') && address.startsWith(`${trimmed})`) ? `${trimmed})` : trimmed;
}

export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: address, href: new URL(address).href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

const PICTURE = '\\p{Extended_Pictographic}[\\u{FE0F}\\u{1F3FB}-\\u{1F3FF}]*';
/** Joined pictures are one emoji, as are the two letters of a flag. */
const FEW_EMOJI = new RegExp(`^(?:${PICTURE}(?:\\u{200D}${PICTURE})*|\\p{RI}{2}){1,3}$`, 'u');
const MAX_EMOJI_CHARS = 24;

/** Whether a text has only emoji, at most three, which are shown large. */
export const isFewEmoji = (text: string): boolean =>
  text.length <= MAX_EMOJI_CHARS && FEW_EMOJI.test(text.trim());
