/** One conversation in the list: who, what was said last and when, and how much is unread. */
import { type Chat, lastMessage, lastTime, unreadCount } from '../chats.js';
import { shortTime } from '../format.js';
import { openChat } from '../messages.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Avatar } from './avatar.js';
import { Icon } from './icon.js';

const MAX_BADGE = 99;
/** More than ever shows in a row, whatever a stranger sends. */
const MAX_PREVIEW_CHARS = 120;

interface Props {
  chat: Chat;
  name: string;
  isOpen: boolean;
  now: number;
}

export function ConversationRow({ chat, name, isOpen, now }: Props) {
  const strings = useStrings();
  const language = useStore((state) => state.language);
  const unread = useStore((state) => unreadCount(chat, state.readMarks[chat.username] ?? 0));
  const last = lastMessage(chat);
  const time = lastTime(chat);
  const isMine = last !== undefined && last.from !== chat.username;
  return (
    <button
      type="button"
      class="row"
      aria-current={isOpen ? 'page' : undefined}
      data-username={chat.username}
      onClick={() => openChat(chat.username)}
    >
      <Avatar username={chat.username} name={name} size={44} />
      <span class="row-name" dir="auto">
        {name}
      </span>
      {time > 0 && <time class="row-time">{shortTime(time, now, language)}</time>}
      <span class="row-last" dir="auto">
        {last?.status === 'failed' && <Icon name="failed" size={14} />}
        {last?.status === 'sending' && <Icon name="sending" size={14} />}
        {isMine && strings.youPrefix}
        {last === undefined ? `@${chat.username}` : last.text.slice(0, MAX_PREVIEW_CHARS)}
      </span>
      {unread > 0 && (
        <span class="badge" role="img" aria-label={strings.unread(unread)}>
          {unread > MAX_BADGE ? `${MAX_BADGE}+` : unread}
        </span>
      )}
    </button>
  );
}
