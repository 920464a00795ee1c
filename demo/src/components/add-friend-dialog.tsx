/** Sends a friend invitation by user name. */
import { useState } from 'preact/hooks';
import { invite } from '../friends.js';
import { getState, nameOf, update } from '../store.js';
import { useStrings } from '../strings.js';
import { DialogForm } from './dialog-form.js';
import { Modal } from './modal.js';

const MAX_USERNAME_CHARS = 128;
const MAX_REASON_CHARS = 200;

export function AddFriendDialog({ onClose }: { onClose: () => void }) {
  const strings = useStrings();
  const [username, setUsername] = useState('');
  const [why, setWhy] = useState(() => nameOf(getState(), getState().username ?? ''));
  return (
    <Modal title={strings.addFriend} onClose={onClose}>
      <DialogForm
        submitLabel={strings.invite}
        submit={() => invite(username.trim(), why.trim())}
        onDone={() => {
          update({ toast: strings.invited });
          onClose();
        }}
        onCancel={onClose}
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
      </DialogForm>
    </Modal>
  );
}
