/**
 * A conversation's messages as the page shows them: those of the store in the page's own form, with the notes of a group between them. Pure
 * functions.
 */
import { type Content, contentOf, mentions } from './content.js';
import { canSucceedLater } from './failures.js';
import type { StoredMessage } from './jmessage.js';
import { timeOf } from './untrusted.js';

/** `waiting` means for a connection. */
export type Status = 'waiting' | 'sending' | 'sent' | 'failed';

export interface ChatMessage {
  /** The key within this page. It stays the same when a sent message gets its `msgId`, so its bubble stays the same element. */
  id: string;
  msgId?: number | undefined;
  /** The entry of the outbox, of an unsent message. */
  outboxId?: string | undefined;
  /** User name. */
  from: string;
  content: Content;
  /** ms since 1970: the server's time, or this page's until the message is sent. */
  at: number;
  status: Status;
  /** The reason of its failure. */
  error?: StoredMessage['error'];
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

export interface Upload {
  /** The file as this device shows it. */
  content?: Content | undefined;
  /** The file itself. */
  file?: Blob | undefined;
  /** The uploaded part, 0 … 1. */
  progress?: number | undefined;
}

/** @param isConnected the account has a connection: then a queued message is being sent, or its file uploaded */
export function shown(
  message: StoredMessage,
  username: string,
  isConnected: boolean,
  { content: local, progress }: Upload = {},
): ChatMessage {
  const { id, msg_id, outboxId, from_username, status, error, isRetracted, isOwn, ctime_ms } = message;
  const content = contentOf(message.content);
  const was = isOwn && content.type === 'text' ? content.text : undefined;
  return {
    id,
    msgId: msg_id,
    outboxId,
    from: from_username,
    content: isRetracted ? { type: 'retracted', was } : withLocal(content, local),
    at: timeOf(ctime_ms),
    status: status === 'queued' ? (isConnected ? 'sending' : 'waiting') : status,
    error,
    hopeless: error && !canSucceedLater(error),
    progress: status === 'sent' ? undefined : progress,
    needsReceipt: message.need_receipt,
    unreadBy: isOwn ? message.unread_count : undefined,
    mentionsMe: !isOwn && !isRetracted && mentions(message.content, username),
  };
}

/** A picture on the screen stays in place once it is uploaded. */
function withLocal(content: Content, local: Content | undefined): Content {
  if (local === undefined) return content;
  if (content.type === 'other') return local;
  return content.type === 'image' && local.type === 'image' && local.localUrl !== undefined
    ? { ...content, localUrl: local.localUrl }
    : content;
}

/** Each note stands at the place of its time. @param notes in the order of their times */
export function withNotes(
  messages: readonly ChatMessage[],
  notes: readonly ChatMessage[],
): readonly ChatMessage[] {
  if (notes.length === 0) return messages;
  const all: ChatMessage[] = [];
  let next = 0;
  for (const message of messages) {
    // An unsent message is the latest, whatever this page's clock says.
    for (; ; next += 1) {
      const note = notes[next];
      if (note === undefined || (message.msgId !== undefined && note.at >= message.at)) break;
      all.push(note);
    }
    all.push(message);
  }
  return [...all, ...notes.slice(next)];
}
