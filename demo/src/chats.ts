/**
 * Conversations as values: what a message adds to one, what is unread, in which order they are listed. Pure functions.
 *
 * A message has the order of its `msg_id`. One that has none yet, or never got one, stands where its writer saw it: after the message
 * that was the last at the time.
 */
export interface ChatMessage {
  /** Of this page; stays the same when a sent message gets its `msgId`, so that its bubble stays the same element. */
  id: string;
  msgId?: number | undefined;
  /** Without `msgId`: that of the message which it was written under, 0 for none. */
  after?: number | undefined;
  from: string;
  text: string;
  /** ms since 1970: the server's time, or this page's while it is on its way. */
  at: number;
  status: 'sending' | 'sent' | 'failed';
  /** Why it failed, for people. */
  error?: string | undefined;
}

export interface Chat {
  username: string;
  nickname: string;
  signature: string;
  /** In order, oldest first. */
  messages: readonly ChatMessage[];
  draft: string;
  /** Time of the last message as the conversation list has it, ms since 1970. */
  mtime: number;
}

export const emptyChat = (username: string): Chat => ({
  username,
  nickname: '',
  signature: '',
  messages: [],
  draft: '',
  mtime: 0,
});

export const nameOf = (chat: Chat): string => chat.nickname || chat.username;

export const lastMessage = (chat: Chat): ChatMessage | undefined => chat.messages.at(-1);

export const lastTime = (chat: Chat): number => Math.max(lastMessage(chat)?.at ?? 0, chat.mtime);

/** `msg_id` of the last message that has one, 0 for none. */
export const lastId = (messages: readonly ChatMessage[]): number =>
  messages.findLast(({ msgId }) => msgId !== undefined)?.msgId ?? 0;

const place = ({ msgId, after }: ChatMessage): number => msgId ?? after ?? 0;

/** Stable: messages written under the same one keep their order. */
const inOrder = (a: ChatMessage, b: ChatMessage): number =>
  place(a) - place(b) || Number(a.msgId === undefined) - Number(b.msgId === undefined);

/** Adds messages that are not there yet. The same array if there are none. */
export function withMessages(
  messages: readonly ChatMessage[],
  added: readonly ChatMessage[],
): readonly ChatMessage[] {
  // Nearly always it is one and the latest, and a burst must not look through the whole conversation for each.
  const [only] = added;
  const last = messages.at(-1);
  if (added.length === 1 && only?.msgId !== undefined && only.msgId > (last?.msgId ?? Infinity)) {
    return [...messages, only];
  }
  const known = new Set(messages.map(({ msgId }) => msgId));
  const fresh = added.filter(({ msgId }) => msgId === undefined || !known.has(msgId));
  return fresh.length === 0 ? messages : [...messages, ...fresh].sort(inOrder);
}

/** Gives a message its id and time. It may have come back as history before its answer did. */
export function withSent(
  messages: readonly ChatMessage[],
  id: string,
  msgId: number,
  at: number,
): readonly ChatMessage[] {
  const index = messages.findIndex((candidate) => candidate.id === id);
  const message = messages[index];
  if (message === undefined) return messages;
  const others = messages
    // What was written under it stays under it.
    .map((other, place) =>
      place > index && (other.after ?? msgId) < msgId ? { ...other, after: msgId } : other,
    )
    .filter((other) => other !== message && other.msgId !== msgId);
  return withMessages(others, [{ ...message, msgId, at, status: 'sent', error: undefined }]);
}

/** Marks a message as failed, or as on its way again. */
export function withStatus(
  messages: readonly ChatMessage[],
  id: string,
  status: 'sending' | 'failed',
  error?: string,
): readonly ChatMessage[] {
  return messages.map((message) => (message.id === id ? { ...message, status, error } : message));
}

export function unreadCount(chat: Chat, readUntil: number): number {
  let unread = 0;
  for (let i = chat.messages.length - 1; i >= 0; i -= 1) {
    const message = chat.messages[i];
    if (message === undefined || message.from !== chat.username) continue;
    // Times never go backwards: all before it has been read as well.
    if (message.at <= readUntil) break;
    unread += 1;
  }
  return unread;
}

/** The mark that leaves the last `unread` messages of the other side unread. */
export function readUntilFor(chat: Chat, unread: number): number {
  const received = chat.messages.filter(({ from }) => from === chat.username);
  const lastRead = received.at(-1 - unread);
  return lastRead?.at ?? 0;
}

/** The latest first. */
export function listed(chats: Readonly<Record<string, Chat>>): Chat[] {
  return Object.values(chats).sort((a, b) => lastTime(b) - lastTime(a) || (a.username < b.username ? -1 : 1));
}
