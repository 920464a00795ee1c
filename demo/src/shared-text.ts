/** A text that another application has shared with this page: the share target of the manifest. */
import { update } from './store.js';

const FIELDS = ['title', 'text', 'url'] as const;
const MAX_CHARS = 4_000;

/** Takes it out of the address, so that a reload does not share it again. To be called once. */
export function receiveSharedText(): void {
  const query = new URLSearchParams(location.search);
  const given = FIELDS.map((field) => query.get(field)?.trim() ?? '').filter((text) => text !== '');
  if (given.length === 0) return;
  for (const field of FIELDS) query.delete(field);
  const search = query.size === 0 ? '' : `?${query}`;
  history.replaceState(null, '', `${location.pathname}${search}${location.hash}`);
  const text = [...new Set(given)].join('\n').slice(0, MAX_CHARS);
  update({ sharing: { kind: 'text', text } });
}
