/** An invitation to be friends, by user name. */
import { useState } from 'preact/hooks';
import { invite } from '../friends.js';
import { useAction } from '../hooks.js';
import { getState, nameOf, update } from '../store.js';
import { useStrings } from '../strings.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

const MAX_USERNAME_CHARS = 128;
const MAX_REASON_CHARS = 200;

export function AddFriendDialog({ onClose }: { onClose: () => void }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const [username, setUsername] = useState('');
  const [why, setWhy] = useState(() => nameOf(getState(), getState().username ?? ''));
  return (
    <Modal title={strings.addFriend} onClose={onClose}>
      <form
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => invite(username.trim(), why.trim())).then((done) => {
            if (!done) return;
            update({ toast: strings.invited });
            onClose();
          });
        }}
      >
        <label>
          {strings.username}
          <input
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
            maxLength={MAX_USERNAME_CHARS}
            value={username}
            onInput={(event) => setUsername(event.currentTarget.value)}
          />
        </label>
        <label>
          {strings.reason}
          <input
            autocomplete="off"
            maxLength={MAX_REASON_CHARS}
            value={why}
            onInput={(event) => setWhy(event.currentTarget.value)}
          />
        </label>
        <Problem text={error} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {strings.invite}
          </button>
        </div>
      </form>
    </Modal>
  );
}
