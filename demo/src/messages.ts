/** Messages in and out: what the runtime hands over becomes state, what somebody writes becomes a call. */
import {
  type ChatMessage,
  lastId,
  lastMessage,
  lastTime,
  readUntilFor,
  withMessages,
  withSent,
  withStatus,
} from './chats.js';
import { CODES, codeOf, type Message, type SyncedConversation } from './jmessage.js';
import { type ReadMarks, watchReadMarks, writeReadMarks } from './remember.js';
import { account, JIM } from './session.js';
import { getState, update, updateChat } from './store.js';
import { explain, stringsOf } from './strings.js';

const strings = () => stringsOf(getState().language);

/** Takes nothing about the content for granted: its sender wrote it. */
function chatMessage({ msg_id, ctime_ms, content }: Message): ChatMessage {
  const { text } = content.msg_body;
  return {
    id: `m${msg_id}`,
    msgId: msg_id,
    from: content.from_id,
    text: typeof text === 'string' ? text : strings().unsupported(String(content.msg_type)),
    at: ctime_ms,
    status: 'sent',
  };
}

/** The other side of a message of a single conversation; undefined for what this page does not show. */
function otherSide({ msg_type, content }: Message): string | undefined {
  if (msg_type !== 3) return undefined;
  return content.from_id === getState().username ? content.target_id : content.from_id;
}

function receive(message: Message): void {
  const other = otherSide(message);
  if (other === undefined) return;
  const isMine = message.content.from_id !== other;
  updateChat(other, (chat) => ({
    messages: withMessages(chat.messages, [chatMessage(message)]),
    nickname: isMine ? chat.nickname : chat.nickname || message.content.from_name,
  }));
  if (!isMine) {
    const name = getState().chats[other]?.nickname || other;
    update({ announcement: strings().saidTo(name, chatMessage(message).text) });
  }
  markOpenAsRead();
}

function receiveHistory(conversations: readonly SyncedConversation[]): void {
  for (const { msgs, unread_msg_count } of conversations) {
    const [first] = msgs;
    const other = first && otherSide(first);
    if (other === undefined) continue;
    updateChat(other, (chat) => ({ messages: withMessages(chat.messages, msgs.map(chatMessage)) }));
    const chat = getState().chats[other];
    // Never seen in this browser: the server knows better what is new.
    if (chat !== undefined && getState().readMarks[other] === undefined) {
      setReadMark(other, readUntilFor(chat, unread_msg_count));
    }
  }
  markOpenAsRead();
}

function setReadMark(username: string, until: number): void {
  const { readMarks } = getState();
  if (until <= (readMarks[username] ?? -1)) return;
  update({ readMarks: { ...readMarks, [username]: until } });
  keepReadMarks();
}

const KEEP_DELAY_MS = 100;
let isKeepDue = false;

/** Writes to storage wait for the disk and wake every tab: a burst of messages makes one. */
function keepReadMarks(): void {
  if (isKeepDue) return;
  isKeepDue = true;
  const owner = account();
  setTimeout(() => {
    isKeepDue = false;
    if (owner !== undefined && account()?.username === owner.username) {
      writeReadMarks(owner, getState().readMarks);
    }
  }, KEEP_DELAY_MS);
}

/** From another tab. What this one has not written yet stays. */
function takeReadMarks(marks: ReadMarks): void {
  const readMarks: Record<string, number> = { ...getState().readMarks };
  for (const [username, until] of Object.entries(marks)) {
    readMarks[username] = Math.max(until, readMarks[username] ?? 0);
  }
  update({ readMarks });
}

/** What is on the screen of a visible page counts as read. */
function markOpenAsRead(): void {
  const { open, chats } = getState();
  if (open === null || document.visibilityState !== 'visible') return;
  const last = chats[open] && lastMessage(chats[open]);
  if (last !== undefined) setReadMark(open, last.at);
}

let written = 0;

export function send(username: string, text: string): void {
  written += 1;
  const id = `w${written}`;
  const from = getState().username;
  if (from === null) return;
  updateChat(username, ({ messages }) => {
    const after = lastId(messages);
    const message: ChatMessage = { id, after, from, text, at: Date.now(), status: 'sending' };
    return { messages: withMessages(messages, [message]), draft: '' };
  });
  deliver(username, id, text);
}

/** Sends a message that failed once more, from its place in the conversation. */
export function retry(username: string, { id, text }: ChatMessage): void {
  updateChat(username, (chat) => ({ messages: withStatus(chat.messages, id, 'sending') }));
  deliver(username, id, text);
}

function deliver(username: string, id: string, content: string): void {
  const fail = (error: unknown) => {
    // The account may have been left since.
    if (getState().chats[username] === undefined) return;
    const reason = explain(error, strings());
    updateChat(username, (chat) => ({ messages: withStatus(chat.messages, id, 'failed', reason) }));
  };
  JIM.sendSingleMsg({ target_username: username, content })
    .onSuccess(({ msg_id, ctime_ms }) => {
      if (getState().chats[username] === undefined) return;
      updateChat(username, (chat) => ({ messages: withSent(chat.messages, id, msg_id, ctime_ms) }));
    })
    .onFail(fail)
    .onTimeout(() => fail({ code: CODES.timeout, message: '' }));
}

export function setDraft(username: string, draft: string): void {
  updateChat(username, () => ({ draft }));
}

/** Learns who somebody is. @throws what `getUserInfo` failed with */
async function meet(username: string): Promise<void> {
  const { user_info } = await JIM.getUserInfo({ username });
  updateChat(username, () => ({ nickname: user_info.nickname, signature: user_info.signature }));
}

/** Opens a conversation, a new one if need be. @throws what `getUserInfo` failed with: there may be no such user */
export async function startChat(username: string): Promise<void> {
  await meet(username);
  updateChat(username, (chat) => ({ mtime: lastTime(chat) || Date.now() }));
  openChat(username);
}

const addressOf = (username: string): string => `#/${encodeURIComponent(username)}`;

/** The conversation on the screen is the address's, so that "back" goes back and a reload comes back. */
export function openChat(username: string | null): void {
  location.hash = username === null ? '#/' : addressOf(username);
}

function openedByAddress(): string | null {
  const [, encoded] = /^#\/(.+)$/.exec(location.hash) ?? [];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function onAddress(): void {
  const open = openedByAddress();
  update({ open });
  markOpenAsRead();
}

/** Looks up whose conversation has been opened: a name in the address need not be anybody's. */
export async function refreshOpen(username: string): Promise<void> {
  try {
    await meet(username);
  } catch (error) {
    if (codeOf(error) === CODES.userNotExist && getState().open === username) openChat(null);
  }
}

/** To be called once, before the session starts. */
export function startReceiving(): void {
  JIM.onMsgReceive(receive);
  JIM.onSyncConversation(receiveHistory);
  watchReadMarks(account, takeReadMarks);
  addEventListener('hashchange', onAddress);
  document.addEventListener('visibilitychange', markOpenAsRead);
  onAddress();
}
