/** Sends texts, files and places, and shows the outcome of each call. */
import {
  type ChatMessage,
  lastId,
  withChange,
  withMessages,
  without,
  withRetracted,
  withSent,
} from './chat-messages.js';
import { type Chat, type ChatId, peerOf } from './chats.js';
import { type Content, contentOf } from './content.js';
import { formOf, pixelsOf } from './files.js';
import { JIM } from './jim.js';
import { CODES, codeOf, type SendAnswer, type SendRequest } from './jmessage.js';
import { addressed } from './mentions.js';
import { discardEntry, entryOf, forgetOutbox, forgetWritten, noteWritten, retryEntry } from './outbox.js';
import { getState, update, updateChat } from './store.js';
import { canSucceedLater, explain, stringsOf } from './strings.js';

type Sent = SendRequest<SendAnswer>;

/** The file of each message, for a retry, … */
const files = new Map<string, File>();
/** … and its call in flight. */
const calls = new Map<string, Sent>();
let written = 0;

export function forgetOutgoing(): void {
  files.clear();
  calls.clear();
  forgetOutbox();
}

export function sendText(id: ChatId, text: string): void {
  updateChat(id, () => ({ draft: '' }));
  send(id, { type: 'text', text });
}

/** Sends images as such and other types as files, one after the other, so that they arrive in the chosen order. */
export async function sendFiles(id: ChatId, chosen: readonly File[]): Promise<void> {
  const owner = getState().username;
  const contents = await Promise.all(chosen.map(contentOfFile));
  if (owner === null || getState().username !== owner) return;
  const messages = contents.map((content, index) => add(id, owner, content, chosen[index]));
  for (const message of messages) {
    const isWanted = getState().chats[id]?.messages.some((other) => other.id === message.id);
    if (isWanted) await deliver(id, message);
  }
}

async function contentOfFile(file: File): Promise<Content> {
  const { name, size } = file;
  const pixels = await pixelsOf(file);
  if (pixels === undefined) return { type: 'file', mediaId: '', name, size };
  return { type: 'image', mediaId: '', ...pixels, size, localUrl: URL.createObjectURL(file) };
}

export function send(id: ChatId, content: Content): void {
  const { username } = getState();
  if (username !== null) void deliver(id, add(id, username, content));
}

/** Shows a message before its call. */
function add(chatId: ChatId, from: string, content: Content, file?: File): ChatMessage {
  written += 1;
  const id = `w${written}`;
  if (file !== undefined) files.set(id, file);
  const message: ChatMessage = { id, from, content, at: Date.now(), status: 'sending' };
  updateChat(chatId, ({ messages }) => ({
    messages: withMessages(messages, [{ ...message, after: lastId(messages) }]),
  }));
  return message;
}

/** Retries a failed message in its place in the conversation. */
export function retry(chatId: ChatId, message: ChatMessage): void {
  change(chatId, (messages) => withChange(messages, message.id, { status: 'sending' }));
  const entry = entryOf(message);
  if (entry === undefined) void deliver(chatId, message);
  else retryEntry(entry);
}

/** Cancels an unsent message: a waiting, failed or uploading one. */
export function discard(chatId: ChatId, message: ChatMessage): void {
  const { id } = message;
  const entry = entryOf(message);
  files.delete(id);
  if (entry !== undefined) return discardEntry(entry);
  calls.get(id)?.abort();
  change(chatId, (messages) => without(messages, id));
}

/** After a log-out there is nothing to change. */
function change(id: ChatId, messages: (before: Chat['messages']) => Chat['messages']): void {
  if (getState().chats[id] !== undefined) updateChat(id, (chat) => ({ messages: messages(chat.messages) }));
}

/** @returns a promise that resolves after success or failure */
async function deliver(chatId: ChatId, message: ChatMessage): Promise<void> {
  const { id, content } = message;
  const request = call(chatId, content, files.get(id));
  if (request === undefined) return;
  calls.set(id, request);
  noteWritten(request.id, chatId, id);
  const fail = (error: unknown) => {
    calls.delete(id);
    forgetWritten(request.id);
    // The outbox reports the messages that have an entry.
    if (codeOf(error) === CODES.aborted || entryOf(message) !== undefined) return void files.delete(id);
    const failure = explain(error, stringsOf(getState().language));
    const hopeless = !canSucceedLater(error);
    const failed = { status: 'failed', error: failure, hopeless, progress: undefined } as const;
    change(chatId, (messages) => withChange(messages, id, failed));
  };
  request
    .onProgress(({ loaded, total }) => {
      const progress = total > 0 ? loaded / total : 0;
      change(chatId, (messages) => withChange(messages, id, { progress }));
    })
    .onSuccess(({ msg_id, ctime_ms, ...answer }, sent) => {
      calls.delete(id);
      forgetWritten(request.id);
      files.delete(id);
      const { unread_count: unreadBy } = answer as { unread_count?: number };
      const stored = keptLocal(content, contentOf(sent.content));
      const arrived = { msgId: msg_id, at: ctime_ms, content: stored, unreadBy };
      // The cancellation came too late, and the message is sent.
      const late: ChatMessage = { ...message, ...arrived, status: 'sent' };
      change(chatId, (messages) => withMessages(withAnswer(messages, id, arrived), [late]));
    })
    .onFail(fail)
    .onTimeout(() => fail({ code: CODES.timeout, message: '' }));
  await request.then(
    () => undefined,
    () => undefined,
  );
}

/** The outbox may have reported it before. Then only the other fields are new. */
function withAnswer(
  messages: Chat['messages'],
  id: string,
  arrived: Parameters<typeof withSent>[2],
): Chat['messages'] {
  const known = messages.find(({ msgId }) => msgId === arrived.msgId);
  const isOther = messages.some((message) => message.id === id && message.msgId !== undefined) && !known;
  return isOther ? messages : withSent(messages, known?.id ?? id, arrived);
}

/** The picture on the screen stays in place. */
const keptLocal = (before: Content, now: Content): Content =>
  before.type === 'image' && now.type === 'image' && before.localUrl !== undefined
    ? { ...now, localUrl: before.localUrl }
    : now;

/** The call that sends it. */
function call(id: ChatId, content: Content, file: File | undefined): Sent | undefined {
  const peer = peerOf(id);
  const isGroup = 'gid' in peer;
  const user = isGroup ? { target_username: '' } : { target_username: peer.username };
  const single = { ...user, need_receipt: true };
  const group = { target_gid: isGroup ? peer.gid : 0, need_receipt: true };
  if (content.type === 'text') {
    if (!isGroup) return JIM.sendSingleMsg({ ...single, content: content.text });
    const at_list = addressed(content.text, getState().groups[peer.gid]?.members ?? []);
    return JIM.sendGroupMsg({ ...group, content: content.text, ...(at_list && { at_list }) });
  }
  if (content.type === 'location') {
    const { latitude, longitude, scale, label } = content;
    const place = { latitude, longitude, scale, label };
    return isGroup
      ? JIM.sendGroupLocation({ ...group, ...place })
      : JIM.sendSingleLocation({ ...single, ...place });
  }
  if (file === undefined) return undefined;
  const form = formOf(file);
  if (content.type === 'image') {
    return isGroup
      ? JIM.sendGroupPic({ ...group, image: form })
      : JIM.sendSinglePic({ ...single, image: form });
  }
  return isGroup
    ? JIM.sendGroupFile({ ...group, file: form })
    : JIM.sendSingleFile({ ...single, file: form });
}

/** Retracts a message for all recipients. */
export function retract(id: ChatId, { msgId }: ChatMessage): void {
  if (msgId === undefined) return;
  JIM.msgRetract({ msg_id: msgId })
    .onSuccess(() => change(id, (messages) => withRetracted(messages, [msgId], true)))
    .onFail((error) => update({ toast: explain(error, stringsOf(getState().language)) }));
}

export function setDraft(id: ChatId, draft: string): void {
  updateChat(id, () => ({ draft }));
}
