/** A group: its name and members, with ways to add, remove and leave. */
import { useState } from 'preact/hooks';
import { chatOf } from '../chats.js';
import { addMembers, leaveGroup, removeMember, renameGroup } from '../groups.js';
import { useAction } from '../hooks.js';
import { type Member, nameOf, titleOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { UserAvatar } from './avatar.js';
import { ConfirmDialog, type Question } from './confirm-dialog.js';
import { Icon } from './icon.js';
import { Modal } from './modal.js';
import { Problem } from './problem.js';

const MAX_NAME_CHARS = 64;
const MAX_USERNAME_CHARS = 128;
/** The role of a member. */
const ORDINARY = 0;

const NOBODY: readonly Member[] = [];

export function GroupDialog({ gid, onClose }: { gid: number; onClose: () => void }) {
  const strings = useStrings();
  const { busy, error, run } = useAction();
  const title = useStore((state) => titleOf(state, chatOf(gid)));
  const me = useStore((state) => state.username);
  const members = useStore((state) => state.groups[gid]?.members ?? NOBODY);
  const isGone = useStore((state) => state.groups[gid]?.gone === true);
  const [question, setQuestion] = useState<Question | null>(null);
  const keepsOrder = members.some(({ username, flag }) => username === me && flag !== ORDINARY);

  return (
    <Modal title={title} onClose={onClose}>
      {keepsOrder && (
        <OneField
          label={strings.groupName}
          initial={title}
          maxLength={MAX_NAME_CHARS}
          button={strings.rename}
          busy={busy}
          onSubmit={(name) => run(() => renameGroup(gid, name))}
        />
      )}
      <h3 class="muted small">{strings.members(members.length)}</h3>
      <ul class="members" aria-label={strings.membersTitle}>
        {members.map((member) => (
          <MemberRow
            key={member.username}
            member={member}
            busy={busy}
            canRemove={keepsOrder && member.username !== me && member.flag === ORDINARY}
            onRemove={(name) =>
              setQuestion({
                title: strings.removeMember(name),
                text: strings.removeMemberHint,
                label: strings.removeNow,
                action: () => removeMember(gid, member.username),
              })
            }
          />
        ))}
      </ul>
      {!isGone && (
        <OneField
          label={strings.addMember}
          initial=""
          maxLength={MAX_USERNAME_CHARS}
          button={strings.add}
          busy={busy}
          onSubmit={(username) => run(() => addMembers(gid, [username]))}
        />
      )}
      <Problem text={error} />
      <div class="actions">
        {!isGone && (
          <button
            type="button"
            class="bad"
            disabled={busy}
            onClick={() =>
              setQuestion({
                title: strings.leaveThis(title),
                text: strings.leaveHint,
                label: strings.leaveNow,
                action: () => leaveGroup(gid),
              })
            }
          >
            {strings.leaveGroup}
          </button>
        )}
        <button type="button" class="primary" onClick={onClose}>
          {strings.close}
        </button>
      </div>
      {question && <ConfirmDialog question={question} onClose={() => setQuestion(null)} />}
    </Modal>
  );
}

interface MemberProps {
  member: Member;
  busy: boolean;
  canRemove: boolean;
  /** @param name the member's name on this page */
  onRemove: (name: string) => void;
}

function MemberRow({ member: { username, flag }, busy, canRemove, onRemove }: MemberProps) {
  const strings = useStrings();
  const name = useStore((state) => nameOf(state, username));
  const role = ['', strings.owner, strings.keeper][flag];
  return (
    <li data-member={username}>
      <UserAvatar username={username} size={32} />
      <span class="member-name" dir="auto">
        {name}
      </span>
      {role !== '' && <span class="muted small">{role}</span>}
      {canRemove && (
        <button
          type="button"
          class="icon-button"
          disabled={busy}
          aria-label={strings.remove(name)}
          onClick={() => onRemove(name)}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </li>
  );
}

interface FieldProps {
  label: string;
  initial: string;
  maxLength: number;
  button: string;
  busy: boolean;
  /** @returns whether it succeeded, and the field is then reset */
  onSubmit: (text: string) => Promise<boolean>;
}

/** A form of one field. */
function OneField({ label, initial, maxLength, button, busy, onSubmit }: FieldProps) {
  const [text, setText] = useState(initial);
  const wanted = text.trim();
  return (
    <form
      class="one-field"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(wanted).then((done) => done && setText(initial === '' ? '' : wanted));
      }}
    >
      <label>
        {label}
        <input
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={maxLength}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={busy || wanted === '' || wanted === initial}>
        {button}
      </button>
    </form>
  );
}
