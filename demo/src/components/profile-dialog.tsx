/** The own picture, name and signature, and the account's sessions. */
import { useRef, useState } from 'preact/hooks';
import { useAction } from '../hooks.js';
import { saveAvatar, saveProfile } from '../people.js';
import { getState, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Avatar } from './avatar.js';
import { DialogForm } from './dialog-form.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';
import { SessionList } from './session-list.js';

const MAX_FIELD_CHARS = 64;

export function ProfileDialog({ onClose }: { onClose: () => void }) {
  const strings = useStrings();
  const [nickname, setNickname] = useState(() => getState().profile?.nickname ?? '');
  const [signature, setSignature] = useState(() => getState().profile?.signature ?? '');
  return (
    <Modal title={strings.profile} onClose={onClose}>
      <Picture />
      <DialogForm
        submitLabel={strings.save}
        busyLabel={strings.saving}
        submit={() => saveProfile(nickname.trim(), signature.trim())}
        onDone={onClose}
        onCancel={onClose}
      >
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
      </DialogForm>
      <SessionList />
    </Modal>
  );
}

/** A chosen picture is saved at once. */
function Picture() {
  const strings = useStrings();
  const input = useRef<HTMLInputElement>(null);
  const { busy, error, run } = useAction();
  const profile = useStore((state) => state.profile);
  const { username = '', nickname = '', avatar = '' } = profile ?? {};
  return (
    <div class="person">
      <Avatar seed={username} name={nickname || username} size={64} picture={avatar} />
      <button type="button" class="link" disabled={busy} onClick={() => input.current?.click()}>
        {busy ? strings.saving : strings.changePhoto}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        hidden
        aria-label={strings.changePhoto}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) void run(() => saveAvatar(file));
          currentTarget.value = '';
        }}
      />
      <Problem text={error} />
    </div>
  );
}
