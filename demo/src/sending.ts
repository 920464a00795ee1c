/** Sends texts, files and places. The store shows each send and its outcome. */
import { contentOfFile, showUpload, updateOwn } from './chat-list.js';
import type { ChatMessage } from './chat-messages.js';
import { type ChatId, peerOf } from './chats.js';
import type { Content } from './content.js';
import { CHATS, JIM } from './jim.js';
import { CODES, codeOf, type Message, type SendAnswer, type SendRequest } from './jmessage.js';
import { addressed } from './mentions.js';
import { getState, update } from './store.js';
import { explain, stringsOf } from './strings.js';

type Sent = SendRequest<SendAnswer>;
type Source = File | { msg_body: Message['content']['msg_body'] };

export function sendText(id: ChatId, text: string): void {
  updateOwn(id, { draft: '' });
  const owner = getState().username;
  const request = deliver(id, { type: 'text', text });
  // A refused text can be changed.
  request?.onFail(() => {
    if (owner !== getState().username) return;
    if (!isKept(request.id) && (getState().chats[id]?.draft ?? '') === '') setDraft(id, text);
  });
}

/** Sends images as such and other types as files. The outbox keeps the chosen order. */
export async function sendFiles(id: ChatId, chosen: readonly File[]): Promise<void> {
  const owner = getState().username;
  const contents = await Promise.all(chosen.map((file) => contentOfFile(file, file.name)));
  if (owner === null || getState().username !== owner) return;
  for (const [index, content] of contents.entries()) {
    const file = chosen[index];
    const request = deliver(id, content, file);
    if (request) showUpload(request.id, { content, file });
  }
}

export function send(id: ChatId, content: Content): void {
  deliver(id, content);
}

/** Retries a failed message. */
export function retry({ outboxId }: ChatMessage): void {
  // The store shows the outcome.
  if (outboxId !== undefined) void CHATS.retry(outboxId).catch(() => undefined);
}

/** Cancels an unsent message: a waiting, failed or uploading one. */
export function discard({ outboxId }: ChatMessage): void {
  if (outboxId !== undefined) void CHATS.cancel(outboxId).catch(showFailure);
}

/** The outbox has it, and shows its failure. */
const isKept = (sendId: string): boolean => CHATS.outbox.getSnapshot().some(({ id }) => id === sendId);

const showFailure = (error: unknown): void =>
  update({ toast: explain(error, stringsOf(getState().language)) });

/** @param source the file, or the `msg_body` of a message whose file the server has */
export function deliver(chatId: ChatId, content: Content, source?: Source): Sent | undefined {
  const request = call(chatId, content, source);
  return request
    ?.onProgress(({ loaded, total }) => showUpload(request.id, { progress: total > 0 ? loaded / total : 0 }))
    .onFail((error) => {
      if (codeOf(error) !== CODES.aborted && !isKept(request.id)) showFailure(error);
    });
}

/** The call that sends it. */
function call(id: ChatId, content: Content, source: Source | undefined): Sent | undefined {
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
  if (source === undefined) return undefined;
  if (content.type === 'image') {
    const image = source instanceof File ? { image: source } : source;
    return isGroup ? JIM.sendGroupPic({ ...group, ...image }) : JIM.sendSinglePic({ ...single, ...image });
  }
  const file = source instanceof File ? { file: source } : source;
  return isGroup ? JIM.sendGroupFile({ ...group, ...file }) : JIM.sendSingleFile({ ...single, ...file });
}

/** Retracts a message for all recipients. */
export function retract(id: ChatId, { msgId }: ChatMessage): void {
  if (msgId !== undefined) void CHATS.retract(peerOf(id), msgId).catch(showFailure);
}

export function setDraft(id: ChatId, draft: string): void {
  updateOwn(id, { draft });
}
