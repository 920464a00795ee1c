/** One conversation: its partner or group, its messages, and the field to answer in. Files can be dropped on it. */
import { useEffect, useState } from 'preact/hooks';
import { type ChatId, emptyChat, peerOf } from '../chats.js';
import { filesOf } from '../files.js';
import { refreshGroup } from '../groups.js';
import { openChat } from '../navigation.js';
import { refreshUser } from '../people.js';
import { sendFiles } from '../sending.js';
import { type State, titleOf, useStore } from '../store.js';
import { type Strings, useStrings } from '../strings.js';
import { ChatAvatar } from './avatar.js';
import { Composer } from './composer.js';
import { DetailsDialog } from './details-dialog.js';
import { Icon } from './icon.js';
import { MessageList } from './message-list.js';
import { connectionWord } from './shared-connection.js';

/** The line under the name. */
function about(state: State, id: ChatId, strings: Strings): string {
  const { groups, people, connection } = state;
  if (connection.state !== 'ready') return connectionWord(state, strings);
  const peer = peerOf(id);
  if ('gid' in peer) {
    const members = groups[peer.gid]?.members;
    return members === undefined ? '' : strings.members(members.length);
  }
  const signature = people[peer.username]?.signature ?? '';
  return signature === '' ? `@${peer.username}` : `@${peer.username} · ${signature}`;
}

export function Conversation({ id }: { id: ChatId }) {
  const strings = useStrings();
  const chat = useStore((state) => state.chats[id]) ?? emptyChat(id);
  const name = useStore((state) => titleOf(state, id));
  const subtitle = useStore((state) => about(state, id, strings));
  const peer = peerOf(id);
  const isGone = useStore((state) => 'gid' in peer && state.groups[peer.gid]?.gone === true);
  const [showing, setShowing] = useState(false);
  const [dragged, setDragged] = useState(false);
  useEffect(() => void ('gid' in peer ? refreshGroup(peer.gid) : refreshUser(peer.username)), [id]);

  return (
    <section
      class="conversation"
      aria-label={name}
      data-dragged={dragged}
      onDragOver={(event) => {
        if (isGone || !event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setDragged(false);
      }}
      onDrop={(event) => {
        setDragged(false);
        if (isGone) return;
        event.preventDefault();
        void sendFiles(id, filesOf(event.dataTransfer));
      }}
    >
      <header class="bar">
        <button
          type="button"
          class="icon-button back"
          aria-label={strings.back}
          onClick={() => openChat(null)}
        >
          <Icon name="back" />
        </button>
        <button type="button" class="bar-button" title={strings.details} onClick={() => setShowing(true)}>
          <ChatAvatar id={id} size={36} />
          <span class="bar-text">
            <h1 dir="auto">{name}</h1>
            <span class="muted small" dir="auto" data-testid="subtitle">
              {subtitle}
            </span>
          </span>
        </button>
      </header>
      <MessageList chat={chat} name={name} />
      {isGone ? (
        <p class="hint">{strings.notInGroup}</p>
      ) : (
        <Composer id={id} name={name} draft={chat.draft} />
      )}
      {dragged && <p class="drop">{strings.dropHere}</p>}
      {showing && <DetailsDialog id={id} onClose={() => setShowing(false)} />}
    </section>
  );
}
