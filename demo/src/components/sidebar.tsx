/** The own profile, the conversations and contacts, and the shared connection. */
import { update, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { AccountRail } from './account-rail.js';
import { Avatar } from './avatar.js';
import { Contacts } from './contacts.js';
import { ConversationList } from './conversation-list.js';
import { Menu } from './menu.js';
import { Segmented } from './segmented.js';
import { SharedConnection } from './shared-connection.js';

export function Sidebar() {
  const strings = useStrings();
  const username = useStore((state) => state.username) ?? '';
  const nickname = useStore((state) => state.profile?.nickname) || username;
  const picture = useStore((state) => state.profile?.avatar ?? '');
  const panel = useStore((state) => state.panel);
  const invitations = useStore((state) => state.invitations.length);
  // With several accounts, the row of accounts has this picture already.
  const isAlone = useStore((state) => state.accounts.length < 2);
  return (
    <div class="sidebar">
      <h1 class="visually-hidden">{strings.appName}</h1>
      <AccountRail />
      <header class="bar">
        {isAlone && <Avatar seed={username} name={nickname} size={32} picture={picture} />}
        <div class="bar-text">
          <strong dir="auto">{nickname}</strong>
          <span class="muted small" dir="auto">
            @{username}
          </span>
        </div>
        <Menu />
      </header>
      <div class="panels">
        <Segmented
          label={strings.panel}
          options={strings.panels}
          badges={{ contacts: invitations === 0 ? '' : strings.invitationCount(invitations) }}
          value={panel}
          onChange={(chosen) => update({ panel: chosen })}
        />
      </div>
      {panel === 'chats' ? <ConversationList /> : <Contacts />}
      <SharedConnection />
    </div>
  );
}
