/** The members that match the name after an `@`, to choose from without leaving the field. */
import type { RefObject } from 'preact';
import { useEffect, useId, useLayoutEffect, useState } from 'preact/hooks';
import { type ChatId, peerOf } from '../chats.js';
import { matching, nameInText, typedMention } from '../mentions.js';
import { type Member, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { Avatar, UserAvatar } from './avatar.js';

const MAX_SHOWN = 6;

type Option = Pick<Member, 'username' | 'nickname'>;

interface Mentions {
  listId: string;
  options: readonly Option[];
  active: number;
  choose(option: Option): void;
  /** @returns whether the list has handled the key */
  onKeyDown(event: KeyboardEvent): boolean;
  /** The field's ARIA attributes for the list. */
  fieldProps: Record<string, unknown>;
}

const NO_MEMBERS: readonly Member[] = [];

export function useMentions(
  id: ChatId,
  draft: string,
  field: RefObject<HTMLTextAreaElement>,
  replace: (from: number, to: number, text: string) => void,
): Mentions {
  const strings = useStrings();
  const listId = useId();
  const peer = peerOf(id);
  const me = useStore((state) => state.username);
  const members = useStore((state) =>
    'gid' in peer ? (state.groups[peer.gid]?.members ?? NO_MEMBERS) : NO_MEMBERS,
  );
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  /** The `@` for which the user has closed the list. */
  const [dismissed, setDismissed] = useState(-1);
  // Before the next key: an old place of the caret would open the list again.
  useLayoutEffect(() => setCaret(field.current?.selectionStart ?? draft.length), [draft]);

  const typed = members.length === 0 ? undefined : typedMention(draft, Math.min(caret, draft.length));
  const everyone: Option = { username: '', nickname: strings.everyone };
  const others = members.filter(({ username }) => username !== me);
  const options =
    typed === undefined || typed.at === dismissed
      ? []
      : matching<Option>([...others, everyone], typed.query).slice(0, MAX_SHOWN);
  useEffect(() => setActive(0), [typed?.query]);

  const choose = (option: Option) => {
    if (typed === undefined) return;
    const text = `@${nameInText(option)} `;
    replace(typed.at, caret, text);
    setCaret(typed.at + text.length);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const chosen = options[active];
    if (chosen === undefined || typed === undefined) return false;
    const { key } = event;
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setActive((active + step + options.length) % options.length);
    else if (key === 'Enter' || key === 'Tab') choose(chosen);
    else if (key === 'Escape') setDismissed(typed.at);
    else return false;
    event.preventDefault();
    return true;
  };
  const isOpen = options.length > 0;
  const fieldProps = {
    onSelect: () => setCaret(field.current?.selectionStart ?? 0),
    ...(isOpen && { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${active}` }),
  };
  return { listId, options, active, choose, onKeyDown, fieldProps };
}

export function MentionList({ mentions: { listId, options, active, choose } }: { mentions: Mentions }) {
  const strings = useStrings();
  if (options.length === 0) return null;
  return (
    <div class="mentions" role="listbox" id={listId} aria-label={strings.mention}>
      {options.map((option, index) => (
        <button
          type="button"
          role="option"
          key={option.username}
          id={`${listId}-${index}`}
          aria-selected={index === active}
          tabIndex={-1}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(option)}
        >
          {option.username === '' ? (
            <Avatar seed="@" name="@" size={26} isGroup />
          ) : (
            <UserAvatar username={option.username} size={26} />
          )}
          <span dir="auto">{nameInText(option)}</span>
          {option.username !== '' && <span class="muted small">@{option.username}</span>}
        </button>
      ))}
    </div>
  );
}
