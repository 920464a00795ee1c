/** Messages and shared texts that go to a conversation of the person's choice. */
import type { ChatMessage } from './chat-messages.js';
import { type ChatId, chatOf, chatWith, listed, peerOf } from './chats.js';
import { CHATS } from './jim.js';
import { openChat } from './navigation.js';
import { deliver, setDraft } from './sending.js';
import { getState, type State, titleOf, update } from './store.js';
import { stringsOf } from './strings.js';

/** The choice is open for one of them. */
export type Sharing =
  | { kind: 'message'; from: ChatId; message: ChatMessage }
  | { kind: 'text'; text: string };

export const canForward = ({ content }: ChatMessage): boolean =>
  content.type === 'text' ||
  content.type === 'location' ||
  ((content.type === 'image' || content.type === 'file') && content.mediaId !== '');

/** The latest conversations first, and then the other groups and friends. */
export function placesOf({ chats, groups, friends }: State): ChatId[] {
  const gids = Object.keys(groups).map(Number);
  const known = [
    ...listed(chats).map(({ id }) => id),
    ...gids.map(chatOf),
    ...Object.keys(friends).map(chatWith),
  ];
  const isGone = (id: ChatId) => {
    const peer = peerOf(id);
    return 'gid' in peer && groups[peer.gid]?.gone === true;
  };
  return [...new Set(known)].filter((id) => !isGone(id));
}

export function shareWith(to: ChatId, sharing: Sharing): void {
  if (sharing.kind === 'text') {
    const draft = getState().chats[to]?.draft ?? '';
    setDraft(to, draft === '' ? sharing.text : `${draft}\n${sharing.text}`);
    openChat(to);
    return;
  }
  const { from, message } = sharing;
  const stored = CHATS.messages(peerOf(from))
    .getSnapshot()
    .messages.find(({ id }) => id === message.id);
  if (stored === undefined) return;
  // The server has the file already, so its `msg_body` is enough.
  deliver(to, message.content, { msg_body: stored.content.msg_body });
  const strings = stringsOf(getState().language);
  update({ toast: strings.forwarded(titleOf(getState(), to)) });
}
