/** The conversations, latest first, with one field to find or start a conversation. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ChatId, chatWith, listed, peerOf } from '../chats.js';
import { useNow } from '../hooks.js';
import { isNobody } from '../jmessage.js';
import { startChat } from '../people.js';
import { useRoving } from '../roving.js';
import { getState, type State, titleOf, useStore } from '../store.js';
import { explain, useStrings } from '../strings.js';
import { ConversationRow } from './conversation-row.js';
import { Icon } from './icon.js';
import { SearchResults } from './search-results.js';

const MINUTE_MS = 60_000;

function matches(state: State, id: ChatId, query: string): boolean {
  const peer = peerOf(id);
  const text = `${titleOf(state, id)}\n${'gid' in peer ? '' : peer.username}`;
  return text.toLowerCase().includes(query.toLowerCase());
}

export function ConversationList() {
  const strings = useStrings();
  const chats = useStore((state) => state.chats);
  const open = useStore((state) => state.open);
  const [query, setQuery] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const now = useNow(MINUTE_MS);
  const list = useRef<HTMLUListElement>(null);
  useRoving(list, '.row');
  useReturn(list, open);
  const wanted = query.trim();
  const all = listed(chats);
  const shown = all.filter(({ id }) => matches(getState(), id, wanted));
  const canStart = wanted !== '' && !Object.hasOwn(chats, chatWith(wanted));

  const start = async () => {
    if (wanted === '' || busy) return;
    if (wanted === getState().username) return setError(strings.isYou);
    setBusy(true);
    setError('');
    try {
      await startChat(wanted);
      setQuery('');
    } catch (reason) {
      setError(isNobody(reason) ? strings.noSuchUser(wanted) : explain(reason, strings));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <form
        class="find"
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <label>
          <span class="visually-hidden">{strings.find}</span>
          <Icon name="search" size={16} />
          <input
            type="search"
            placeholder={strings.findHint}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            maxLength={128}
            value={query}
            onInput={(event) => {
              setQuery(event.currentTarget.value);
              setError('');
            }}
          />
        </label>
        {error !== '' && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </form>
      <nav class="conversations" aria-label={strings.conversations}>
        {canStart && error === '' && (
          <button type="button" class="start" disabled={busy} onClick={() => void start()}>
            <Icon name="addUser" />
            <span dir="auto">{strings.startWith(wanted)}</span>
          </button>
        )}
        {all.length === 0 && wanted === '' && <p class="hint">{strings.noConversations}</p>}
        <ul ref={list}>
          {shown.map((chat) => (
            <li key={chat.id}>
              <ConversationRow chat={chat} isOpen={chat.id === open} now={now} />
            </li>
          ))}
        </ul>
        <SearchResults query={wanted} now={now} />
      </nav>
    </>
  );
}

/** A conversation that closes gives the focus back to its row. On a narrow screen nothing else has it then. */
function useReturn(list: RefObject<HTMLElement>, open: ChatId | null): void {
  const before = useRef<ChatId | null>(null);
  useEffect(() => {
    const closed = before.current;
    before.current = open;
    if (open !== null || closed === null || document.activeElement !== document.body) return;
    const rows = list.current?.querySelectorAll<HTMLElement>('.row') ?? [];
    for (const row of rows) if (row.dataset.id === closed) row.focus({ preventScroll: true });
  }, [open]);
}
