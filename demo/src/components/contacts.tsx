/** The contacts: friend invitations, groups and friends. */
import { useState } from 'preact/hooks';
import { startOwn } from '../chat-list.js';
import { type ChatId, chatOf, chatWith } from '../chats.js';
import { answer } from '../friends.js';
import { useAction } from '../hooks.js';
import type { Invitation } from '../jmessage.js';
import { openChat } from '../navigation.js';
import { nameOf, titleOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { textOf } from '../untrusted.js';
import { AddFriendDialog } from './add-friend-dialog.js';
import { ChatAvatar, UserAvatar } from './avatar.js';
import { Icon } from './icon.js';
import { NewGroupDialog } from './new-group-dialog.js';
import { Problem } from './problem.js';

export function Contacts() {
  const strings = useStrings();
  const invitations = useStore((state) => state.invitations);
  const friends = Object.keys(useStore((state) => state.friends)).sort();
  const groups = useStore((state) => state.groups);
  const gids = Object.keys(groups).map(Number);
  const [dialog, setDialog] = useState<'group' | 'friend' | null>(null);
  return (
    <nav class="conversations" aria-label={strings.panels.contacts}>
      <button type="button" class="start" onClick={() => setDialog('friend')}>
        <Icon name="addUser" />
        {strings.addFriend}
      </button>
      <button type="button" class="start" onClick={() => setDialog('group')}>
        <Icon name="users" />
        {strings.newGroup}
      </button>
      {invitations.length > 0 && (
        <section aria-label={strings.invitations}>
          <h2 class="section">{strings.invitations}</h2>
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </section>
      )}
      <section aria-label={strings.groups}>
        {gids.length > 0 && <h2 class="section">{strings.groups}</h2>}
        {gids.map((gid) => groups[gid]?.gone === false && <ContactRow key={gid} id={chatOf(gid)} />)}
      </section>
      <section aria-label={strings.friends}>
        <h2 class="section">{strings.friends}</h2>
        {friends.length === 0 && <p class="hint">{strings.noFriends}</p>}
        {friends.map((username) => (
          <ContactRow key={username} id={chatWith(username)} />
        ))}
      </section>
      {dialog === 'group' && <NewGroupDialog onClose={() => setDialog(null)} />}
      {dialog === 'friend' && <AddFriendDialog onClose={() => setDialog(null)} />}
    </nav>
  );
}

function ContactRow({ id }: { id: ChatId }) {
  const title = useStore((state) => titleOf(state, id));
  const isOpen = useStore((state) => state.open === id);
  return (
    <button
      type="button"
      class="contact"
      aria-current={isOpen ? 'page' : undefined}
      onClick={() => {
        startOwn(id);
        openChat(id);
      }}
    >
      <ChatAvatar id={id} size={36} />
      <span dir="auto">{title}</span>
    </button>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const { username, why, kind, event } = invitation;
  const group = event ? textOf(event.group_name) || `#${event.gid}` : '';
  const wish = { friend: '', member: strings.wantsInto(group), group: strings.asksInto(group) }[kind];
  const name = useStore((state) => nameOf(state, username));
  return (
    <div class="invitation" data-invitation={username}>
      <UserAvatar username={username} size={36} />
      <p>
        <strong dir="auto">{name}</strong>
        {wish !== '' && <span class="small">{wish}</span>}
        <span class="muted small" dir="auto">
          {why || `@${username}`}
        </span>
      </p>
      <div class="actions">
        <button type="button" disabled={busy} onClick={() => void run(() => answer(invitation, false))}>
          {strings.decline}
        </button>
        <button
          type="button"
          class="primary"
          disabled={busy}
          onClick={() => void run(() => answer(invitation, true))}
        >
          {strings.accept}
        </button>
      </div>
      <Problem text={error} />
    </div>
  );
}
