/** Search in the messages that this device has. Pages of the history come from the store, so a search needs no server. */
import { type ChatMessage, shown } from './chat-messages.js';
import { type ChatId, listed, peerOf } from './chats.js';
import { CHATS } from './jim.js';
import { getState } from './store.js';

/** The latest conversations, and pages of each, that one search loads. The rest of a long history is searched once it was scrolled to. */
const MAX_CHATS = 20;
const MAX_PAGES = 5;
const PAGE_MESSAGES = 100;
const MAX_HITS = 50;

export interface Hit {
  chatId: ChatId;
  message: ChatMessage;
}

/** Whether a message has the text, in any case. */
export function textMatches({ content }: ChatMessage, query: string): boolean {
  const text =
    content.type === 'text'
      ? content.text
      : content.type === 'file'
        ? content.name
        : content.type === 'location'
          ? content.label
          : '';
  return text.toLowerCase().includes(query.toLowerCase());
}

/** The latest first. */
function hitsOf(ids: readonly ChatId[], query: string, me: string): Hit[] {
  const hits = ids.flatMap((chatId) =>
    CHATS.messages(peerOf(chatId))
      .getSnapshot()
      .messages.map((message) => shown(message, me, true))
      .filter((message) => textMatches(message, query))
      .map((message) => ({ chatId, message })),
  );
  return hits.sort((a, b) => b.message.at - a.message.at).slice(0, MAX_HITS);
}

/** @param onHits is called with what is found so far, until `signal` */
export async function search(
  query: string,
  onHits: (hits: Hit[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { chats, username } = getState();
  const ids = listed(chats).map(({ id }) => id);
  const report = () => signal.aborted || onHits(hitsOf(ids, query, username ?? ''));
  report();
  for (const id of ids.slice(0, MAX_CHATS)) {
    const messages = CHATS.messages(peerOf(id));
    for (let page = 0; page < MAX_PAGES && messages.getSnapshot().hasMore !== false; page += 1) {
      if (signal.aborted) return;
      await messages.loadMore(PAGE_MESSAGES).catch(() => undefined);
    }
    report();
  }
}
