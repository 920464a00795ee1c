/**
 * The page's conversations. Their messages, unread counts and order are the store's. The page adds drafts, progress of uploads, notes of groups,
 * and conversations that were started and have no message yet.
 */
import { type ChatMessage, shown, type Upload, withNotes } from './chat-messages.js';
import { type Chat, type ChatId, chatOf, chatWith, emptyChat, isChatId, peerOf } from './chats.js';
import type { Content } from './content.js';
import { pixelsOf } from './files.js';
import { APPKEY, account, CHATS, followSeats, isShown } from './jim.js';
import type { ConversationItem, Messages, StoredMessage } from './jmessage.js';
import { noteArrival } from './reading.js';
import { rememberDraft, rememberedDrafts } from './remember.js';
import { getState, update } from './store.js';
import { textOf, timeOf } from './untrusted.js';
import { keepPicture } from './updates.js';

/** The page's own part of a conversation. */
interface Own {
  draft: string;
  /** When it was opened without a message, ms. */
  startedAt: number;
  /** When its group was left, ms. */
  leftAt: number;
  /** Events of its group, in the order of their times. */
  notes: readonly ChatMessage[];
}

const NOTHING: Own = { draft: '', startedAt: 0, leftAt: 0, notes: [] };

/** By account: it is there again when the account returns to the screen. */
const owns = new Map<string, Map<ChatId, Own>>();
let own = new Map<ChatId, Own>();
/** By the id of their message. */
const uploads = new Map<string, Upload>();
/** The latest form of each message, with its sources. It stays the same object, so its bubble is not redrawn. */
const forms = new WeakMap<StoredMessage, { sources: unknown[]; form: ChatMessage }>();
/** The latest form of each conversation, with its sources and those of its messages. */
const drawn = new Map<ChatId, { sources: unknown[]; contents: unknown[]; chat: Chat }>();
/** Counts the changes of uploads. */
let uploaded = 0;
let opened: { messages: Messages; close(): void } | undefined;

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.every((value, i) => value === b[i]);

/** To be called once. */
export function followChats(): void {
  followSeats((seat) => {
    const changed = () => {
      if (isShown(seat)) redraw();
    };
    seat.chats.conversations.subscribe(changed);
    seat.chats.connection.subscribe(changed);
  });
}

/** The account leaves the screen. */
export function leaveChats(): void {
  own = new Map();
  drawn.clear();
  opened?.close();
  opened = undefined;
}

/** The account leaves the page. */
export function forgetChats(username: string): void {
  owns.delete(username);
}

export function updateOwn(id: ChatId, change: Partial<Own>): void {
  own.set(id, { ...(own.get(id) ?? NOTHING), ...change });
  const owner = account();
  if (change.draft !== undefined && owner !== undefined) rememberDraft(owner, id, change.draft);
  redraw();
}

/** Drafts outlive a reload and the browser, until the log-out. */
export function recallChats(): void {
  const owner = account();
  if (owner === undefined) return;
  own = owns.get(owner.username) ?? own;
  owns.set(owner.username, own);
  for (const [id, draft] of rememberedDrafts(owner)) {
    if (isChatId(id)) own.set(id, { ...(own.get(id) ?? NOTHING), draft });
  }
}

/** Lists a conversation that has no message yet. */
export function startOwn(id: ChatId): void {
  if (getState().chats[id] === undefined) updateOwn(id, { startedAt: Date.now() });
}

export function addNote(id: ChatId, note: ChatMessage): void {
  const { notes } = own.get(id) ?? NOTHING;
  if (notes.some((known) => known.id === note.id)) return;
  updateOwn(id, { notes: [...notes, note].sort((a, b) => a.at - b.at) });
}

/** @param sendId the id of the request, which the store's message has too */
export function showUpload(sendId: string, change: Upload): void {
  const id = `o${sendId}`;
  uploads.set(id, { ...uploads.get(id), ...change });
  uploaded += 1;
  redraw();
}

/** Brings the state up to date with the store and with the page's own part. */
export function redraw(): void {
  const { username, phase, open, chats: before } = getState();
  if (username === null) return;
  follow(phase === 'signedIn' ? open : null);
  const chats: Record<ChatId, Chat> = Object.create(null);
  const add = (id: ChatId, item?: ConversationItem) => {
    const chat = chatFrom(id, username, item);
    const { startedAt = 0, leftAt = 0, draft = '' } = own.get(id) ?? {};
    const isListed = item !== undefined || startedAt > 0 || draft !== '' || chat.messages.length > 0;
    if (isListed && (leftAt === 0 || chat.mtime > leftAt)) chats[id] = chat;
  };
  for (const item of CHATS.conversations.getSnapshot()) {
    const id = chatIdOf(item);
    if (id !== undefined) add(id, item);
  }
  for (const id of [...own.keys(), ...(open === null ? [] : [open])]) if (chats[id] === undefined) add(id);
  update({ chats });
  if (open !== null && chats[open] !== before[open]) noteArrival(open);
}

/** The store loads the history of the conversation on the screen. */
function follow(open: ChatId | null): void {
  const messages = open === null ? undefined : CHATS.messages(peerOf(open));
  if (messages === opened?.messages) return;
  opened?.close();
  opened = messages && { messages, close: messages.subscribe(redraw) };
}

/** @returns undefined for a user of another application, whom this page cannot address */
function chatIdOf({ ref }: ConversationItem): ChatId | undefined {
  if ('gid' in ref) return chatOf(Number(ref.gid));
  return ref.appkey === APPKEY ? chatWith(String(ref.username)) : undefined;
}

function chatFrom(id: ChatId, username: string, item: ConversationItem | undefined): Chat {
  const snapshot = CHATS.messages(peerOf(id)).getSnapshot();
  const { draft, startedAt, notes } = own.get(id) ?? NOTHING;
  const { synced, connected } = CHATS.connection.getSnapshot();
  const known = drawn.get(id);
  // A long history is not looked through for each key that is typed.
  const contents = [snapshot, notes, connected, uploaded];
  const isKnown = known !== undefined && isSame(contents, known.contents);
  const messages = isKnown
    ? known.chat.messages
    : withNotes(
        snapshot.messages.map((message) => formOf(message, username)),
        notes,
      );
  const unchanged =
    isKnown ||
    (known && messages.length === known.chat.messages.length && isSame(messages, known.chat.messages));
  const sources = [item, snapshot.hasMore, draft, startedAt];
  if (known && unchanged && isSame(sources, known.sources)) {
    known.contents = contents;
    return known.chat;
  }
  if (snapshot.isFromCache && !synced && !getState().fromCache) update({ fromCache: true });
  const chat: Chat = {
    ...emptyChat(id),
    title: textOf(item?.title),
    avatar: textOf(item?.avatar),
    unread: item?.unread_msg_count ?? 0,
    messages: unchanged ? known.chat.messages : messages,
    draft,
    mtime: Math.max(timeOf(item?.mtime ?? 0), startedAt, notes.at(-1)?.at ?? 0),
    more: snapshot.hasMore,
  };
  drawn.set(id, { sources, contents, chat });
  return chat;
}

function formOf(message: StoredMessage, username: string): ChatMessage {
  const { connected } = CHATS.connection.getSnapshot();
  const upload = uploads.get(message.id);
  if (message.file && upload?.content === undefined) void drawFile(message.id, message.file, message.fname);
  const sources = [upload, message.status === 'queued' && connected];
  const known = forms.get(message);
  if (known && isSame(sources, known.sources)) return known.form;
  const form = shown(message, username, connected, upload);
  const { content } = form;
  if (content.type === 'image' && content.mediaId !== '' && upload?.file) {
    keepPicture(content.mediaId, upload.file);
    upload.file = undefined;
  }
  forms.set(message, { sources, form });
  return form;
}

/** Shows a file that another tab, or this one before a reload, has chosen. */
async function drawFile(id: string, file: Blob, name = ''): Promise<void> {
  const show = (content: Content) => {
    uploads.set(id, { ...uploads.get(id), content, file });
    uploaded += 1;
  };
  show({ type: 'file', mediaId: '', name, size: file.size });
  show(await contentOfFile(file, name));
  redraw();
}

/** A file in the form of a message that is not sent yet. */
export async function contentOfFile(file: Blob, name: string): Promise<Content> {
  const { size } = file;
  const pixels = await pixelsOf(file);
  if (pixels === undefined) return { type: 'file', mediaId: '', name, size };
  return { type: 'image', mediaId: '', ...pixels, size, localUrl: URL.createObjectURL(file) };
}
