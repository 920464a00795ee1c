/** Who one is, whom one talks to, and what carries it. */
import { useStore } from '../store.js';
import { Avatar } from './avatar.js';
import { ConversationList } from './conversation-list.js';
import { Menu } from './menu.js';
import { SharedConnection } from './shared-connection.js';

export function Sidebar() {
  const username = useStore((state) => state.username) ?? '';
  const nickname = useStore((state) => state.profile?.nickname) || username;
  return (
    <aside class="sidebar">
      <header class="bar">
        <Avatar username={username} name={nickname} size={32} />
        <div class="bar-text">
          <strong dir="auto">{nickname}</strong>
          <span class="muted small" dir="auto">
            @{username}
          </span>
        </div>
        <Menu />
      </header>
      <ConversationList />
      <SharedConnection />
    </aside>
  );
}
