/** A user's profile and friendship. */
import { useState } from 'preact/hooks';
import { invite, setMemo, unfriend } from '../friends.js';
import { useAction } from '../hooks.js';
import { nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { UserAvatar } from './avatar.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

const MAX_MEMO_CHARS = 40;

export function PersonDialog({ username, onClose }: { username: string; onClose: () => void }) {
  const name = useStore((state) => nameOf(state, username));
  const signature = useStore((state) => state.people[username]?.signature ?? '');
  const memo = useStore((state) => state.friends[username]);
  return (
    <Modal title={name} onClose={onClose}>
      <div class="person">
        <UserAvatar username={username} size={64} />
        <div>
          <p class="muted" dir="auto">
            @{username}
          </p>
          {signature !== '' && <p dir="auto">{signature}</p>}
        </div>
      </div>
      {memo === undefined ? (
        <Stranger username={username} onClose={onClose} />
      ) : (
        <Friend username={username} memo={memo} onClose={onClose} />
      )}
    </Modal>
  );
}

function Stranger({ username, onClose }: { username: string; onClose: () => void }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const [isInvited, setInvited] = useState(false);
  return (
    <>
      <Problem text={error} />
      {isInvited && (
        <p class="muted" role="status">
          {strings.invited}
        </p>
      )}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {strings.close}
        </button>
        <button
          type="button"
          class="primary"
          disabled={busy || isInvited}
          onClick={() =>
            void run(async () => {
              await invite(username, '');
              setInvited(true);
            })
          }
        >
          {strings.addFriend}
        </button>
      </div>
    </>
  );
}

function Friend({ username, memo, onClose }: { username: string; memo: string; onClose: () => void }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const [text, setText] = useState(memo);
  const [asking, setAsking] = useState(false);
  const name = useStore((state) => nameOf(state, username));
  const form = (
    <form
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => setMemo(username, text.trim())).then((done) => done && onClose());
      }}
    >
      <label>
        {strings.memo}
        <input
          name="memo"
          autocomplete="off"
          required
          maxLength={MAX_MEMO_CHARS}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Problem text={error} />
      <div class="actions">
        <button type="button" class="bad" disabled={busy} onClick={() => setAsking(true)}>
          {strings.unfriend}
        </button>
        <button type="button" onClick={onClose}>
          {strings.close}
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {strings.save}
        </button>
      </div>
    </form>
  );
  if (!asking) return form;
  const question = {
    title: strings.unfriendThis(name),
    text: strings.unfriendHint,
    label: strings.unfriend,
    action: async () => {
      await unfriend(username);
      onClose();
    },
  };
  return (
    <>
      {form}
      <ConfirmDialog question={question} onClose={() => setAsking(false)} />
    </>
  );
}
