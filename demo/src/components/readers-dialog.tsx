/** The readers of an own group message, and the other recipients. */
import { useEffect, useState } from 'preact/hooks';
import { useAction } from '../hooks.js';
import { type Readers, readersOf } from '../reading.js';
import { nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { UserAvatar } from './avatar.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

export function ReadersDialog({ msgId, onClose }: { msgId: number; onClose: () => void }) {
  const strings = useStrings();
  const { error, run } = useAction();
  const [readers, setReaders] = useState<Readers>();
  useEffect(() => void run(async () => setReaders(await readersOf(msgId))), [msgId]);
  return (
    <Modal title={strings.readers} onClose={onClose}>
      {readers !== undefined && (
        <>
          <People title={strings.readBy} usernames={readers.read} />
          <People title={strings.notReadBy} usernames={readers.unread} />
        </>
      )}
      <Problem text={error} />
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          {strings.close}
        </button>
      </div>
    </Modal>
  );
}

function People({ title, usernames }: { title: string; usernames: readonly string[] }) {
  const state = useStore((current) => current);
  if (usernames.length === 0) return null;
  return (
    <section>
      <h3 class="muted small">{title}</h3>
      <ul class="members" aria-label={title}>
        {usernames.map((username) => (
          <li key={username}>
            <UserAvatar username={username} size={32} />
            <span class="member-name" dir="auto">
              {nameOf(state, username)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
