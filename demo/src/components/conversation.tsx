/** One conversation: whom it is with, what was said, and the field to answer in. */
import { useEffect } from 'preact/hooks';
import { emptyChat, nameOf } from '../chats.js';
import { openChat, refreshOpen } from '../messages.js';
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Avatar } from './avatar.js';
import { Composer } from './composer.js';
import { Icon } from './icon.js';
import { MessageList } from './message-list.js';
import { connectionWord } from './shared-connection.js';

export function Conversation({ username }: { username: string }) {
  const strings = useStrings();
  const chat = useStore((state) => state.chats[username]) ?? emptyChat(username);
  const connection = useStore((state) => state.connection.state);
  const name = nameOf(chat);
  useEffect(() => void refreshOpen(username), [username]);

  const about = chat.signature === '' ? `@${username}` : `@${username} · ${chat.signature}`;
  return (
    <main class="conversation">
      <header class="bar">
        <button
          type="button"
          class="icon-button back"
          aria-label={strings.back}
          onClick={() => openChat(null)}
        >
          <Icon name="back" />
        </button>
        <Avatar username={username} name={name} size={36} />
        <div class="bar-text">
          <h1 dir="auto">{name}</h1>
          <span class="muted small" dir="auto" data-testid="subtitle">
            {connection === 'ready' ? about : connectionWord(connection, strings)}
          </span>
        </div>
      </header>
      <MessageList chat={chat} name={name} />
      <Composer username={username} name={name} draft={chat.draft} />
    </main>
  );
}
