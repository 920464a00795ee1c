/** One's own name and the line about oneself. */
import { useState } from 'preact/hooks';
import { saveProfile } from '../session.js';
import { getState } from '../store.js';
import { explain, useStrings } from '../strings.js';
import { Modal } from './modal.js';

const MAX_FIELD_CHARS = 64;

export function ProfileDialog({ onClose }: { onClose: () => void }) {
  const strings = useStrings();
  const [nickname, setNickname] = useState(() => getState().profile?.nickname ?? '');
  const [signature, setSignature] = useState(() => getState().profile?.signature ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      await saveProfile(nickname.trim(), signature.trim());
      onClose();
    } catch (reason) {
      setError(explain(reason, strings));
      setBusy(false);
    }
  };

  return (
    <Modal title={strings.profile} onClose={onClose}>
      <form onSubmit={(event) => void onSubmit(event)} aria-busy={busy}>
        <label>
          {strings.nickname}
          <input
            name="nickname"
            autocomplete="nickname"
            maxLength={MAX_FIELD_CHARS}
            value={nickname}
            onInput={(event) => setNickname(event.currentTarget.value)}
          />
        </label>
        <label>
          {strings.signature}
          <input
            name="signature"
            autocomplete="off"
            maxLength={MAX_FIELD_CHARS}
            value={signature}
            onInput={(event) => setSignature(event.currentTarget.value)}
          />
        </label>
        {error !== '' && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="actions">
          <button type="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {busy ? strings.saving : strings.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}
