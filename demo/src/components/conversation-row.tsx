/** One conversation in the list: its name, last message with time, and unread count. */
import { type Chat, isMentioned, lastMessage, lastTime, peerOf } from '../chats.js';
import { shortTime } from '../format.js';
import { openChat } from '../navigation.js';
import { newsOf, previewOf } from '../preview.js';
import { nameOf, type State, titleOf, useStore } from '../store.js';
import { type Strings, useStrings } from '../strings.js';
import { ChatAvatar } from './avatar.js';
import { Badge } from './badge.js';
import { Icon } from './icon.js';

interface Props {
  chat: Chat;
  isOpen: boolean;
  now: number;
}

/** The last message in one line, with its writer if it is a group's or an own message. */
function lastLine(state: State, chat: Chat, strings: Strings): string {
  const last = lastMessage(chat);
  const peer = peerOf(chat.id);
  if (last === undefined) return 'gid' in peer ? '' : `@${peer.username}`;
  const { content, from } = last;
  const called = (username: string) => (username === state.username ? strings.you : nameOf(state, username));
  if (content.type === 'notice') return newsOf(content.what, called(from), content.who.map(called), strings);
  const text = previewOf(content, strings);
  if (from === state.username) return `${strings.youPrefix}${text}`;
  return 'gid' in peer ? strings.saidTo(nameOf(state, from), text) : text;
}

export function ConversationRow({ chat, isOpen, now }: Props) {
  const strings = useStrings();
  const { id, unread } = chat;
  const language = useStore((state) => state.language);
  const name = useStore((state) => titleOf(state, id));
  const line = useStore((state) => lastLine(state, chat, strings));
  const status = lastMessage(chat)?.status;
  const time = lastTime(chat);
  const peer = peerOf(id);
  const named = 'gid' in peer ? { 'data-gid': peer.gid } : { 'data-username': peer.username };
  return (
    <button
      type="button"
      class="row"
      aria-current={isOpen ? 'page' : undefined}
      data-id={id}
      {...named}
      onClick={() => openChat(id)}
    >
      <ChatAvatar id={id} size={44} />
      <span class="row-name" dir="auto">
        {name}
      </span>
      {time > 0 && <time class="row-time">{shortTime(time, now, language)}</time>}
      <span class="row-last" dir="auto">
        {status === 'failed' && <Icon name="failed" size={14} />}
        {(status === 'sending' || status === 'waiting') && <Icon name={status} size={14} />}
        {isMentioned(chat) && <strong class="mentioned">[{strings.mentioned}] </strong>}
        {line}
      </span>
      {unread > 0 && <Badge count={unread} />}
    </button>
  );
}
