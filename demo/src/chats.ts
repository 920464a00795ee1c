/** Conversations as values: names, content and order. Pure functions. */
import type { ChatMessage } from './chat-messages.js';
import type { Message } from './jmessage.js';

/** A conversation with a user, or a group. */
export type ChatId = `u/${string}` | `g/${number}`;
export type Peer = { username: string } | { gid: number };

export const chatWith = (username: string): ChatId => `u/${username}`;
export const chatOf = (gid: number): ChatId => `g/${gid}`;

/** The conversation of a received message. */
export const chatFrom = ({
  msg_type,
  from_gid,
  content,
}: Pick<Message, 'msg_type' | 'from_gid' | 'content'>): ChatId =>
  msg_type === 4 ? chatOf(Number(from_gid)) : chatWith(content.from_id);

export const isChatId = (id: string): id is ChatId => /^(u\/.+|g\/\d+)$/s.test(id);

export const peerOf = (id: ChatId): Peer =>
  id.startsWith('g/') ? { gid: Number(id.slice(2)) } : { username: id.slice(2) };

export interface Chat {
  id: ChatId;
  /** The name that the server gives it, or ''. */
  title: string;
  /** Its picture as the server has it: media_id, or ''. */
  avatar: string;
  /** Oldest first. */
  messages: readonly ChatMessage[];
  draft: string;
  /** Time of the last message in the conversation list, ms since 1970. */
  mtime: number;
  unread: number;
  /** Whether there are earlier messages; undefined before the first request. */
  more?: boolean | undefined;
}

export const emptyChat = (id: ChatId): Chat => ({
  id,
  title: '',
  avatar: '',
  messages: [],
  draft: '',
  mtime: 0,
  unread: 0,
});

export const lastMessage = (chat: Chat): ChatMessage | undefined => chat.messages.at(-1);

export const lastTime = (chat: Chat): number => Math.max(lastMessage(chat)?.at ?? 0, chat.mtime);

/** Whether an unread message mentions the user of this page. */
export const isMentioned = ({ messages, unread }: Chat): boolean =>
  unread > 0 && messages.slice(-unread).some(({ mentionsMe }) => mentionsMe === true);

/** Whether all recipients have read an own message. In a conversation of two, a read message implies that earlier ones were read. */
export function readUpTo({ id, messages }: Chat): number {
  const isRead = ({ unreadBy, msgId }: ChatMessage): boolean => unreadBy === 0 && msgId !== undefined;
  return 'gid' in peerOf(id) ? 0 : (messages.findLast(isRead)?.msgId ?? 0);
}

/** Latest first. */
export function listed(chats: Readonly<Record<ChatId, Chat>>): Chat[] {
  return Object.values<Chat>(chats).sort((a, b) => lastTime(b) - lastTime(a) || (a.id < b.id ? -1 : 1));
}

const FIRST_SEGMENT = /^#\/([ug])\/(.+)$/;

/** The conversation that an address names; null for none. */
export function chatAt(hash: string): ChatId | null {
  const [, kind, name = ''] = FIRST_SEGMENT.exec(hash) ?? [];
  if (kind === 'g') return Number.isSafeInteger(Number(name)) ? chatOf(Number(name)) : null;
  try {
    return kind === 'u' ? chatWith(decodeURIComponent(name)) : null;
  } catch {
    return null;
  }
}

export const addressOf = (id: ChatId): string => `#/${id.slice(0, 2)}${encodeURIComponent(id.slice(2))}`;
