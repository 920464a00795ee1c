/**
 * A conversation's messages. The view stays at the end if it was there, and where its reader left it if it was not; new messages then
 * show as a button. The latest are drawn first, earlier ones when somebody scrolls up to them, so that a long history costs nothing until it
 * is looked at.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ChatMessage, lastId } from '../chat-messages.js';
import { type Chat, lastMessage, peerOf, readUpTo } from '../chats.js';
import { addEarlier, fetchEarlier } from '../history.js';
import { useNow } from '../hooks.js';
import { nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { type Row, timeline } from '../timeline.js';
import { Bubble } from './bubble.js';
import { DayLine } from './day-line.js';
import { Icon } from './icon.js';
import { NoteLine } from './note-line.js';

const PAGE_MESSAGES = 100;
const NEAR_END_PX = 80;
/** Earlier messages are fetched before the reader has come to the first one. */
const NEAR_TOP_PX = 400;
const HOUR_MS = 3_600_000;

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < NEAR_END_PX;

/** How many of the messages came after this one from somebody else. */
const countAfter = (messages: readonly ChatMessage[], id: number, me: string): number =>
  messages.filter(({ from, msgId }) => from !== me && msgId !== undefined && msgId > id).length;

export function MessageList({ chat, name }: { chat: Chat; name: string }) {
  const strings = useStrings();
  const me = useStore((state) => state.username) ?? '';
  const [shown, setShown] = useState(PAGE_MESSAGES);
  const [away, setAway] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  /** Whether the view follows the end. */
  const follows = useRef(true);
  /** Where the view was when last looked at. A reader's scrolling is told about a frame late. */
  const top = useRef(0);
  /** The last message that was there while the view was at the end. */
  const seen = useRef(0);
  /** One's own message that the view has gone to the end for. */
  const written = useRef<string | undefined>(undefined);
  /** Distance from the end, to be kept while earlier messages come in above. */
  const keep = useRef<number | undefined>(undefined);

  const { messages } = chat;
  const last = lastMessage(chat);
  const rows = useMemo(() => timeline(messages.slice(-shown), me), [messages, shown, me]);

  // One's own new message is always shown.
  const isNew = last?.status === 'sending' || last?.status === 'waiting';
  const isWritten = isNew && last?.id !== written.current;

  // Whenever other rows are drawn.
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    if (keep.current !== undefined) {
      element.scrollTop = element.scrollHeight - keep.current;
      keep.current = undefined;
    } else if (isWritten || (follows.current && top.current - element.scrollTop < NEAR_END_PX)) {
      follows.current = true;
      written.current = last?.id;
      element.scrollTop = element.scrollHeight;
      seen.current = lastId(messages);
    }
    top.current = element.scrollTop;
  }, [rows]);

  // The view also changes its height: a keyboard opens, the field below grows, the window is resized.
  useEffect(() => {
    const element = list.current;
    if (element === null || content.current === null) return;
    const observer = new ResizeObserver(() => {
      if (!follows.current) return;
      element.scrollTop = element.scrollHeight;
      top.current = element.scrollTop;
    });
    observer.observe(element);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, []);

  const keepView = () => {
    const element = list.current;
    if (element !== null && !follows.current) keep.current = element.scrollHeight - element.scrollTop;
  };
  /** What is there already is drawn first; then the runtime is asked. */
  const showEarlier = async () => {
    if (shown < messages.length) {
      keepView();
      return setShown(shown + PAGE_MESSAGES);
    }
    if (chat.more === false) return;
    const page = await fetchEarlier(chat.id);
    if (page === undefined) return;
    keepView();
    setShown((before) => before + page.messages.length);
    addEarlier(chat.id, page);
  };

  // How far back it goes is known before anybody gets there.
  useEffect(() => {
    if (chat.more === undefined) void showEarlier();
  }, [chat.id]);

  const onScroll = () => {
    const element = list.current;
    if (element === null) return;
    if (element.scrollTop < NEAR_TOP_PX && element.scrollTop < top.current) void showEarlier();
    follows.current = isAtEnd(element);
    top.current = element.scrollTop;
    if (follows.current) seen.current = lastId(messages);
    setAway(!follows.current);
  };

  const unseen = away ? countAfter(messages, seen.current, me) : 0;
  return (
    <div class="message-area">
      <div
        class="messages"
        ref={list}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={strings.messagesWith(name)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {(shown < messages.length || chat.more === true) && (
          <button type="button" class="earlier" onClick={() => void showEarlier()}>
            {strings.earlier}
          </button>
        )}
        {messages.length === 0 && <p class="hint">{strings.noMessages(name)}</p>}
        <ol ref={content}>
          <Rows rows={rows} chat={chat} />
        </ol>
      </div>
      {away && (
        <button
          type="button"
          class="to-latest"
          data-new={unseen > 0}
          aria-label={strings.toLatest}
          onClick={() => {
            list.current?.scrollTo({ top: list.current.scrollHeight });
          }}
        >
          {unseen > 0 && <span>{strings.newMessages(unseen)}</span>}
          <Icon name="down" size={18} />
        </button>
      )}
    </div>
  );
}

function Rows({ rows, chat }: { rows: readonly Row[]; chat: Chat }) {
  // For the names of those who write, which may become known at any time.
  const state = useStore((current) => current);
  const { language } = state;
  const now = useNow(HOUR_MS);
  const isGroup = 'gid' in peerOf(chat.id);
  const readId = readUpTo(chat);
  return (
    <>
      {rows.map((row) => {
        if (row.kind === 'day') return <DayLine key={row.key} at={row.at} now={now} language={language} />;
        const { message, mine } = row;
        if (row.kind === 'note') return <NoteLine {...row} chatId={chat.id} />;
        const { msgId = Infinity, unreadBy, from } = message;
        const read = mine && (unreadBy === 0 || msgId <= readId);
        const author = isGroup && !mine ? nameOf(state, from) : '';
        return <Bubble {...row} read={read} author={author} chatId={chat.id} language={language} />;
      })}
    </>
  );
}
