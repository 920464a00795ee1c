/** Earlier messages of a conversation, a page at a time. */
import { type ChatMessage, withMessages } from './chat-messages.js';
import { type ChatId, peerOf } from './chats.js';
import { JIM } from './jim.js';
import { chatMessage } from './receiving.js';
import { getState, update, updateChat } from './store.js';

const PAGE_MESSAGES = 50;

/** Conversations with a running request. */
const asking = new Set<ChatId>();

interface EarlierPage {
  messages: readonly ChatMessage[];
  more: boolean;
}

/** @returns undefined if a request is running, or if it failed */
export async function fetchEarlier(id: ChatId): Promise<EarlierPage | undefined> {
  const { chats, username } = getState();
  if (asking.has(id)) return undefined;
  const first = chats[id]?.messages.find(({ msgId }) => msgId !== undefined);
  const page = {
    ...(first?.msgId !== undefined && { before: { ctime_ms: first.at, msg_id: first.msgId } }),
    limit: PAGE_MESSAGES,
  };
  const peer = peerOf(id);
  asking.add(id);
  try {
    const asked = 'gid' in peer ? JIM.getHistory({ ...peer, ...page }) : JIM.getHistory({ ...peer, ...page });
    const answer = await asked;
    if (getState().username !== username) return undefined;
    if (answer.from_cache) update({ fromCache: !getState().connection.synced });
    return { messages: answer.messages.map(chatMessage), more: answer.more };
  } catch {
    return undefined;
  } finally {
    asking.delete(id);
  }
}

export function addEarlier(id: ChatId, { messages: earlier, more }: EarlierPage): void {
  updateChat(id, ({ messages }) => ({ messages: withMessages(messages, earlier), more }));
}
