/** The choice of a conversation for a forwarded message or a shared text. */
import { useState } from 'preact/hooks';
import { placesOf, shareWith } from '../forwarding.js';
import { titleOf, update, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { ChatAvatar } from './avatar.js';
import { Modal } from './modal.js';

const MAX_PREVIEW_CHARS = 200;

export function ShareDialog() {
  const strings = useStrings();
  // Conversations arrive after the page of a shared text.
  const state = useStore((current) => current);
  const { sharing } = state;
  const [query, setQuery] = useState('');
  if (sharing === null) return null;
  const close = () => {
    setQuery('');
    update({ sharing: null });
  };
  const wanted = query.trim().toLowerCase();
  const found = placesOf(state).filter((id) => titleOf(state, id).toLowerCase().includes(wanted));
  const content = sharing.kind === 'message' ? sharing.message.content : undefined;
  const text = sharing.kind === 'text' ? sharing.text : content?.type === 'text' ? content.text : '';
  return (
    <Modal title={sharing.kind === 'text' ? strings.shareTo : strings.forwardTo} onClose={close}>
      {text !== '' && (
        <p class="quoted" dir="auto">
          {text.slice(0, MAX_PREVIEW_CHARS)}
        </p>
      )}
      <form onSubmit={(event) => event.preventDefault()}>
        <label>
          {strings.findConversation}
          <input
            type="search"
            autocomplete="off"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
      </form>
      <ul class="members" aria-label={strings.conversations}>
        {found.map((id) => (
          <li key={id}>
            <button
              type="button"
              class="contact"
              onClick={() => {
                close();
                shareWith(id, sharing);
              }}
            >
              <ChatAvatar id={id} size={32} />
              <span dir="auto">{titleOf(state, id)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={close}>
          {strings.cancel}
        </button>
      </div>
    </Modal>
  );
}
