/** A message in a few words, for the conversation list and for screen readers. */
import type { Content, GroupNews } from './content.js';
import type { Strings } from './strings.js';

/** A limit for untrusted text, longer than any row. */
const MAX_PREVIEW_CHARS = 120;

export function previewOf(content: Content, strings: Strings): string {
  switch (content.type) {
    case 'text':
      return content.text.slice(0, MAX_PREVIEW_CHARS);
    case 'image':
      return `[${strings.photo}]`;
    case 'file':
      return `[${strings.file}] ${content.name.slice(0, MAX_PREVIEW_CHARS)}`;
    case 'location':
      return `[${strings.location}] ${content.label.slice(0, MAX_PREVIEW_CHARS)}`;
    case 'retracted':
      return strings.retracted;
    case 'notice':
      return newsOf(content.what, '', content.who, strings);
    default:
      return strings.unsupported(content.kind);
  }
}

/** The text of a group event with names, not user names. */
export function newsOf(what: GroupNews, by: string, who: readonly string[], strings: Strings): string {
  return strings.news[what](by, who.join(strings.listComma)).trim();
}
