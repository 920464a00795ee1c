/**
 * What has been read: unread counts as the runtime keeps them for all tabs, and receipts for those who asked for them.
 *
 * What is on the screen of a visible page counts as read.
 */
import { withReceipts } from './chat-messages.js';
import { type ChatId, chatOf, chatWith, peerOf } from './chats.js';
import { JIM } from './jim.js';
import { getState, updateChat } from './store.js';

/** A burst of messages is looked at once. */
const REPORT_DELAY_MS = 100;
/** What one report takes. */
const MAX_REPORTED_IDS = 500;

export function refreshUnread(id: ChatId): void {
  const chat = getState().chats[id];
  if (chat === undefined) return;
  const unread = JIM.getUnreadMsgCnt(peerOf(id));
  if (unread !== chat.unread) updateChat(id, () => ({ unread }));
}

const isLookedAt = (id: ChatId): boolean =>
  getState().open === id && getState().phase === 'signedIn' && document.visibilityState === 'visible';

/** Somebody has begun to look at the open conversation. */
export function lookAtOpen(): void {
  const { open } = getState();
  if (open !== null && isLookedAt(open)) {
    JIM.resetUnreadCount(peerOf(open));
    refreshUnread(open);
    reportSoon();
    void askReaders(open);
  }
}

/** Nobody looks at it any longer: what comes in counts again. */
export function lookAway(id: ChatId): void {
  if (JIM.isLogin()) JIM.closeConversation(peerOf(id));
}

/** Something has come in. */
export function noteArrival(id: ChatId): void {
  refreshUnread(id);
  if (!isLookedAt(id)) return;
  if ((getState().chats[id]?.unread ?? 0) > 0) lookAtOpen();
  else reportSoon();
  // Its history may come after it was opened.
  void askReaders(id);
}

/** Ids of messages whose senders know, or will soon. */
const reported = new Set<number>();
let isReportDue = false;

/** Ids of one's own messages whose readers have been asked for. */
const asked = new Set<number>();

export function forgetReported(): void {
  reported.clear();
  asked.clear();
}

function reportSoon(): void {
  if (isReportDue) return;
  isReportDue = true;
  setTimeout(() => {
    isReportDue = false;
    report();
  }, REPORT_DELAY_MS);
}

/** Tells the senders of what is on the screen that it has been read. */
function report(): void {
  const { open, chats, username } = getState();
  if (open === null || !isLookedAt(open)) return;
  const ids = (chats[open]?.messages ?? []).flatMap(({ from, msgId, needsReceipt }) =>
    from !== username && needsReceipt && msgId !== undefined && !reported.has(msgId) ? [msgId] : [],
  );
  for (let i = 0; i < ids.length; i += MAX_REPORTED_IDS) {
    const msg_ids = ids.slice(i, i + MAX_REPORTED_IDS);
    for (const id of msg_ids) reported.add(id);
    const peer = peerOf(open);
    if ('gid' in peer) JIM.addGroupReceiptReport({ ...peer, msg_ids });
    else JIM.addSingleReceiptReport({ ...peer, msg_ids });
  }
}

export interface Readers {
  read: readonly string[];
  unread: readonly string[];
}

/** User names of those who have read a message, and of those who have not. @throws what `msgUnreadList` failed with */
export async function readersOf(msgId: number): Promise<Readers> {
  const { msg_unread_list } = await JIM.msgUnreadList({ msg_id: msgId });
  const names = (users: readonly { username: string }[]) => users.map(({ username }) => username);
  return { read: names(msg_unread_list.read_list), unread: names(msg_unread_list.unread_list) };
}

/** History from the cache says nothing of receipts: of the last message one may well want to know. */
async function askReaders(id: ChatId): Promise<void> {
  const { chats, username } = getState();
  const last = chats[id]?.messages.findLast(({ from, msgId }) => from === username && msgId !== undefined);
  if (last?.msgId === undefined || !last.needsReceipt || last.unreadBy !== undefined) return;
  const { msgId } = last;
  if (asked.has(msgId)) return;
  asked.add(msgId);
  try {
    const { unread } = await readersOf(msgId);
    if (getState().chats[id] === undefined) return;
    const receipts = [{ msg_id: msgId, unread_count: unread.length }];
    updateChat(id, ({ messages }) => ({ messages: withReceipts(messages, receipts) }));
  } catch {
    // It shows as sent, which it is.
  }
}

/** To be called once. */
export function watchUnread(): void {
  JIM.onUnreadChange(({ gid, username = '' }) => refreshUnread(gid ? chatOf(gid) : chatWith(username)));
}
