/**
 * The content of a message in the page's own form. Its sender may have used any client, so the page checks every field.
 */
import type { Message } from './jmessage.js';

export type Content =
  | { type: 'text'; text: string }
  | { type: 'image'; mediaId: string; width: number; height: number; size: number; localUrl?: string }
  | { type: 'file'; mediaId: string; name: string; size: number }
  | { type: 'location'; latitude: number; longitude: number; scale: number; label: string }
  /** A retracted message. Its writer keeps the text in `was`. */
  | { type: 'retracted'; was?: string | undefined }
  /** An event of a group. */
  | { type: 'notice'; what: GroupNews; who: readonly string[] }
  /** A kind without a form of its own on this page. */
  | { type: 'other'; kind: string };

export type GroupNews = 'created' | 'left' | 'dissolved' | 'added' | 'removed' | 'changed';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

const isWithin = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= max;

export function contentOf({ msg_type, msg_body }: Message['content']): Content {
  const body = msg_body as Readonly<Record<string, unknown>>;
  const other: Content = { type: 'other', kind: String(msg_type) };
  const mediaId = text(body.media_id);
  if (msg_type === 'text') return typeof body.text === 'string' ? { type: 'text', text: body.text } : other;
  if (msg_type === 'image' && mediaId !== '') {
    const { width, height, fsize } = body;
    return { type: 'image', mediaId, width: count(width), height: count(height), size: count(fsize) };
  }
  if (msg_type === 'file' && mediaId !== '') {
    return { type: 'file', mediaId, name: text(body.fname), size: count(body.fsize) };
  }
  if (msg_type === 'location' && isWithin(body.latitude, 90) && isWithin(body.longitude, 180)) {
    const { latitude, longitude } = body;
    return { type: 'location', latitude, longitude, scale: count(body.scale), label: text(body.label) };
  }
  return other;
}

/** Whether a group message addresses the user: by name, or everyone (an empty list). */
export function mentions(content: Message['content'], username: string): boolean {
  const { at_list } = content as { at_list?: unknown };
  if (!Array.isArray(at_list)) return false;
  return (
    at_list.length === 0 || at_list.some((user: { username?: unknown } | null) => user?.username === username)
  );
}
