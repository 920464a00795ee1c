/**
 * Undelivered messages of the runtime's outbox, from any tab and from before a reload. Each entry is one bubble. If this page has already drawn
 * a bubble for the entry, that bubble becomes the entry's.
 */
import {
  type ChatMessage,
  lastId,
  type Status,
  withChange,
  withMessages,
  without,
  withSent,
} from './chat-messages.js';
import { type Chat, type ChatId, chatOf, chatWith } from './chats.js';
import { type Content, contentOf } from './content.js';
import { pixelsOf } from './files.js';
import { JIM } from './jim.js';
import type { OutboxEntry } from './jmessage.js';
import { getState, update, updateChat } from './store.js';
import { canSucceedLater, explain, stringsOf } from './strings.js';

/** The bubble of each entry. */
const bubbles = new Map<string, { chatId: ChatId; id: string }>();

/** By the id of its send: each bubble of this page that has no entry yet. */
const written = new Map<string, { chatId: ChatId; id: string }>();

/** @param sendId the id of the request, which its entry will have */
export const noteWritten = (sendId: string, chatId: ChatId, id: string): void =>
  void written.set(sendId, { chatId, id });

/** The send has settled: its bubble needs no entry any more. */
export const forgetWritten = (sendId: string): void => void written.delete(sendId);

export function forgetOutbox(): void {
  bubbles.clear();
  written.clear();
}

/** Loads all waiting and failed messages. @throws the failure of `getOutbox` */
export async function loadOutbox(): Promise<void> {
  const owner = getState().username;
  const { entries } = await JIM.getOutbox();
  for (const entry of entries) {
    const content = await contentOfEntry(entry);
    if (getState().username !== owner) return;
    show(entry, content);
  }
}

/** To be called once. */
export function watchOutbox(): void {
  JIM.onOutboxChange((entry) => show(entry, contentOf(entry.content)));
}

/** The entry of a bubble. */
export const entryOf = (message: ChatMessage): string | undefined =>
  [...bubbles].find(([, { id }]) => id === message.id)?.[0];

/** Retries a failed message. The outbox reports its progress. */
export function retryEntry(id: string): void {
  JIM.retrySend({ id }).onFail(() => undefined);
}

/** Cancels a message before it is sent. */
export function discardEntry(id: string): void {
  JIM.cancelSend({ id }).onFail((error) => update({ toast: explain(error, stringsOf(getState().language)) }));
}

function show(entry: OutboxEntry, content: Content): void {
  const chatId = chatIdOf(entry);
  const { username } = getState();
  if (chatId === undefined || username === null) return;
  const { id: entryId, state, msg_id, ctime_ms } = entry;
  const bubble = bubbles.get(entryId) ?? claim(entryId);
  if (state === 'cancelled') {
    bubbles.delete(entryId);
    if (bubble) change(chatId, (messages) => without(messages, bubble.id));
  } else if (state === 'sent') {
    bubbles.delete(entryId);
    if (!bubble || msg_id === undefined || ctime_ms === undefined) return;
    const sent = { msgId: msg_id, at: ctime_ms };
    change(chatId, (messages) => withSent(messages, bubble.id, sent));
  } else if (bubble) {
    change(chatId, (messages) => withChange(messages, bubble.id, lookOf(entry)));
  } else {
    add(entry, chatId, content, username);
  }
}

function add(entry: OutboxEntry, chatId: ChatId, content: Content, from: string): void {
  const id = `o${entry.id}`;
  bubbles.set(entry.id, { chatId, id });
  const at = entry.content.create_time;
  updateChat(chatId, ({ messages }) => {
    const message: ChatMessage = { id, after: lastId(messages), from, content, at, ...lookOf(entry) };
    return { messages: withMessages(messages, [message]) };
  });
  if (content.type === 'other') void drawFile(entry.id);
}

/** Before the upload, only the full entry has the data of a file. */
async function drawFile(entryId: string): Promise<void> {
  const { entries } = await JIM.getOutbox();
  const entry = entries.find(({ id }) => id === entryId);
  const bubble = bubbles.get(entryId);
  if (!entry || !bubble) return;
  const content = await contentOfEntry(entry);
  change(bubble.chatId, (messages) =>
    messages.map((message) => (message.id === bubble.id ? { ...message, content } : message)),
  );
}

async function contentOfEntry({ content, file, fname = '', method }: OutboxEntry): Promise<Content> {
  if (!file) return contentOf(content);
  const { size } = file;
  const pixels = method.endsWith('Pic') ? await pixelsOf(file) : undefined;
  if (!pixels) return { type: 'file', mediaId: '', name: fname, size };
  return { type: 'image', mediaId: '', ...pixels, size, localUrl: URL.createObjectURL(file) };
}

/** The bubble that this page drew for the send, if it has no entry yet. */
function claim(entryId: string): { chatId: ChatId; id: string } | undefined {
  const bubble = written.get(entryId);
  if (bubble) bubbles.set(entryId, bubble);
  written.delete(entryId);
  return bubble;
}

const STATUS: Readonly<Record<'queued' | 'sending' | 'failed', Status>> = {
  queued: 'waiting',
  sending: 'sending',
  failed: 'failed',
};

type Look = Pick<ChatMessage, 'error' | 'hopeless'> & { status: Status };

function lookOf({ state, code, message = '' }: OutboxEntry): Look {
  if (state === 'sent' || state === 'cancelled') return { status: 'sent' };
  // With a connection the message is being uploaded, or will be sent at once.
  const isWaiting = state === 'queued' && !getState().connection.connected;
  if (state === 'queued' && !isWaiting) return { status: 'sending', error: undefined };
  if (state !== 'failed') return { status: STATUS[state], error: undefined };
  const error = explain({ code, message }, stringsOf(getState().language));
  return { status: 'failed', error, hopeless: !canSucceedLater({ code }) };
}

function chatIdOf({ username, gid, appkey }: OutboxEntry): ChatId | undefined {
  if (gid !== undefined) return chatOf(gid);
  return username === undefined || appkey === '' ? undefined : chatWith(username);
}

function change(id: ChatId, messages: (before: Chat['messages']) => Chat['messages']): void {
  if (getState().chats[id] !== undefined) updateChat(id, (chat) => ({ messages: messages(chat.messages) }));
}
