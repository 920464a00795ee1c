/** Creates a group with a name and members from the contacts. */
import { useState } from 'preact/hooks';
import { createGroup } from '../groups.js';
import { useAction } from '../hooks.js';
import { getState, nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { UserAvatar } from './avatar.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

const MAX_NAME_CHARS = 64;

/** Friends, conversation partners, and members of own groups. */
function acquaintances(): string[] {
  const { people, username } = getState();
  return Object.keys(people)
    .filter((name) => name !== username)
    .sort();
}

export function NewGroupDialog({ onClose }: { onClose: () => void }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [known] = useState(acquaintances);
  const toggle = (username: string) =>
    setChosen(
      chosen.includes(username) ? chosen.filter((other) => other !== username) : [...chosen, username],
    );
  return (
    <Modal title={strings.newGroup} onClose={onClose}>
      <form
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => createGroup(name.trim(), chosen)).then((done) => done && onClose());
        }}
      >
        <label>
          {strings.groupName}
          <input
            autocomplete="off"
            required
            maxLength={MAX_NAME_CHARS}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <ul class="members" aria-label={strings.membersTitle}>
          {known.map((username) => (
            <li key={username}>
              <Choice
                username={username}
                isChosen={chosen.includes(username)}
                onToggle={() => toggle(username)}
              />
            </li>
          ))}
        </ul>
        <Problem text={error} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy || name.trim() === ''}>
            {strings.create}
          </button>
        </div>
      </form>
    </Modal>
  );
}

interface ChoiceProps {
  username: string;
  isChosen: boolean;
  onToggle: () => void;
}

function Choice({ username, isChosen, onToggle }: ChoiceProps) {
  const name = useStore((state) => nameOf(state, username));
  return (
    <label class="choice">
      <input type="checkbox" checked={isChosen} onChange={onToggle} />
      <UserAvatar username={username} size={32} />
      <span dir="auto">{name}</span>
    </label>
  );
}
