/**
 * Which messages are read, and receipts for senders who asked for them.
 *
 * Messages on the screen of a visible page count as read.
 */
import { type ChatId, peerOf } from './chats.js';
import { CHATS, JIM } from './jim.js';
import { getState } from './store.js';

/** A burst of messages is processed once. */
const REPORT_DELAY_MS = 100;
/** The maximum of one report. */
const MAX_REPORTED_IDS = 500;

const isLookedAt = (id: ChatId): boolean =>
  getState().open === id && getState().phase === 'signedIn' && document.visibilityState === 'visible';

/** The open conversation became visible. */
export function lookAtOpen(): void {
  const { open } = getState();
  if (open !== null && isLookedAt(open)) {
    CHATS.read(peerOf(open));
    reportSoon();
    void askReaders(open);
  }
}

/** The conversation is no longer visible, so new messages count as unread. */
export function lookAway(id: ChatId): void {
  if (JIM.isLogin()) CHATS.leave(peerOf(id));
}

/** A conversation has changed. */
export function noteArrival(id: ChatId): void {
  if (!isLookedAt(id)) return;
  if ((getState().chats[id]?.unread ?? 0) > 0) lookAtOpen();
  else reportSoon();
  // The history may arrive after the conversation was opened.
  void askReaders(id);
}

interface Noted {
  /** Ids of messages whose receipt is reported or being reported. */
  reported: Set<number>;
  /** Ids of own messages whose readers were requested. */
  asked: Set<number>;
}

const noted = new WeakMap<object, Noted>();
let isReportDue = false;

/** Of the account on the screen. */
function notes(): Noted {
  const known = noted.get(CHATS) ?? { reported: new Set(), asked: new Set() };
  noted.set(CHATS, known);
  return known;
}

export function forgetReported(): void {
  noted.delete(CHATS);
}

function reportSoon(): void {
  if (isReportDue) return;
  isReportDue = true;
  setTimeout(() => {
    isReportDue = false;
    report();
  }, REPORT_DELAY_MS);
}

/** Reports receipts for the messages on the screen. */
function report(): void {
  const { open, chats, username } = getState();
  if (open === null || !isLookedAt(open)) return;
  const { reported } = notes();
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

/** User names of a message's readers and of the other recipients. @throws the failure of `msgUnreadList` */
export async function readersOf(msgId: number): Promise<Readers> {
  const { msg_unread_list } = await JIM.msgUnreadList({ msg_id: msgId });
  const names = (users: readonly { username: string }[]) => users.map(({ username }) => username);
  return { read: names(msg_unread_list.read_list), unread: names(msg_unread_list.unread_list) };
}

/** Cached history has no receipts, so the readers of the last message are requested. */
async function askReaders(id: ChatId): Promise<void> {
  const { chats, username } = getState();
  const last = chats[id]?.messages.findLast(({ from, msgId }) => from === username && msgId !== undefined);
  if (last?.msgId === undefined || !last.needsReceipt || last.unreadBy !== undefined) return;
  const { msgId } = last;
  const { asked } = notes();
  if (asked.has(msgId)) return;
  asked.add(msgId);
  try {
    const { unread } = await readersOf(msgId);
    if (getState().chats[id] === undefined) return;
    CHATS.messages(peerOf(id)).setUnreadCounts([{ msg_id: msgId, unread_count: unread.length }]);
  } catch {
    // The message then shows as sent, which is true.
  }
}
