/**
 * A conversation's messages as values. Pure functions.
 * A message has the order of its `msg_id`. A message without one stands where its writer saw it: after the last message of that time.
 */
import type { Content } from './content.js';

/** `waiting` means for a connection. */
export type Status = 'waiting' | 'sending' | 'sent' | 'failed';

export interface ChatMessage {
  /** The key within this page. It stays the same when a sent message gets its `msgId`, so its bubble stays the same element. */
  id: string;
  msgId?: number | undefined;
  /** For a message without `msgId`: the `msgId` of the message above it, 0 for none. */
  after?: number | undefined;
  /** User name. */
  from: string;
  content: Content;
  /** ms since 1970: the server's time, or this page's until the message is sent. */
  at: number;
  status: Status;
  /** The reason of its failure, for people. */
  error?: string | undefined;
  /** A retry would fail too, because the message is too large or refused. */
  hopeless?: boolean | undefined;
  /** The uploaded part of its file, 0 … 1. */
  progress?: number | undefined;
  /** Its sender has asked for a receipt. */
  needsReceipt?: boolean | undefined;
  /** For an own message: the number of recipients that have not read it. */
  unreadBy?: number | undefined;
  /** A group message that mentions the user of this page. */
  mentionsMe?: boolean | undefined;
}

/** `msg_id` of the last message that has one, 0 for none. */
export const lastId = (messages: readonly ChatMessage[]): number =>
  messages.findLast(({ msgId }) => msgId !== undefined)?.msgId ?? 0;

const place = ({ msgId, after }: ChatMessage): number => msgId ?? after ?? 0;

/** The sort is stable, so messages written under the same one keep their order. */
const inOrder = (a: ChatMessage, b: ChatMessage): number =>
  place(a) - place(b) || Number(a.msgId === undefined) - Number(b.msgId === undefined);

/** Adds the new ones of these messages. It returns the same array if there are none. */
export function withMessages(
  messages: readonly ChatMessage[],
  added: readonly ChatMessage[],
): readonly ChatMessage[] {
  // Nearly always it is one message and the latest. A burst must not search the whole conversation for each.
  const [only] = added;
  const last = messages.at(-1);
  if (added.length === 1 && only?.msgId !== undefined && only.msgId > (last?.msgId ?? Infinity)) {
    return [...messages, only];
  }
  const known = new Set(messages.map(({ msgId }) => msgId));
  const fresh = added.filter(({ msgId }) => msgId === undefined || !known.has(msgId));
  return fresh.length === 0 ? messages : [...messages, ...fresh].sort(inOrder);
}

/** Merges the server's data into a message. The history may have brought the message before its answer did. */
export function withSent(
  messages: readonly ChatMessage[],
  id: string,
  sent: Pick<ChatMessage, 'at'> & Partial<Pick<ChatMessage, 'content' | 'unreadBy'>> & { msgId: number },
): readonly ChatMessage[] {
  const index = messages.findIndex((candidate) => candidate.id === id);
  const message = messages[index];
  if (message === undefined) return messages;
  const { msgId } = sent;
  const others = messages
    // Messages written under it stay under it.
    .map((other, place) =>
      place > index && (other.after ?? msgId) < msgId ? { ...other, after: msgId } : other,
    )
    .filter((other) => other !== message && other.msgId !== msgId);
  const arrived = { ...message, ...sent, status: 'sent', error: undefined, progress: undefined } as const;
  return withMessages(others, [arrived]);
}

export function withChange(
  messages: readonly ChatMessage[],
  id: string,
  change: Partial<Pick<ChatMessage, 'status' | 'error' | 'progress'>>,
): readonly ChatMessage[] {
  return messages.map((message) => (message.id === id ? { ...message, ...change } : message));
}

export const without = (messages: readonly ChatMessage[], id: string): readonly ChatMessage[] =>
  messages.filter((message) => message.id !== id);

/** Of two counts the smaller is the newer one. */
export function withReceipts(
  messages: readonly ChatMessage[],
  receipts: readonly { msg_id: number; unread_count: number }[],
): readonly ChatMessage[] {
  if (receipts.length === 0) return messages;
  const counts = new Map(receipts.map(({ msg_id, unread_count }) => [msg_id, unread_count]));
  return messages.map((message) => {
    const unreadBy = counts.get(message.msgId ?? 0);
    return unreadBy === undefined || unreadBy >= (message.unreadBy ?? Infinity)
      ? message
      : { ...message, unreadBy };
  });
}

/** @param isMine whether the text is kept, so that its writer can edit it again */
export function withRetracted(
  messages: readonly ChatMessage[],
  msgIds: readonly number[],
  isMine: boolean,
): readonly ChatMessage[] {
  return messages.map((message) => {
    const { msgId, content } = message;
    if (msgId === undefined || !msgIds.includes(msgId) || content.type === 'retracted') return message;
    const was = isMine && content.type === 'text' ? content.text : undefined;
    return { ...message, content: { type: 'retracted', was }, mentionsMe: false };
  });
}
