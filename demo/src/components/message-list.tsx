/**
 * A conversation's messages. A view at the end follows new messages. Otherwise it stays in its place, and a button shows the new messages. The
 * latest messages are drawn first, and earlier ones when the reader scrolls up to them. So a long history costs nothing before it is read.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ChatMessage, lastId } from '../chat-messages.js';
import { type Chat, lastMessage, peerOf, readUpTo } from '../chats.js';
import { useNow } from '../hooks.js';
import { CHATS } from '../jim.js';
import { nameOf, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { type Row, timeline } from '../timeline.js';
import { Bubble } from './bubble.js';
import { DayLine } from './day-line.js';
import { Icon } from './icon.js';
import { NoteLine } from './note-line.js';

const PAGE_MESSAGES = 100;
const NEAR_END_PX = 80;
/** Earlier messages are fetched before the reader reaches the first one. */
const NEAR_TOP_PX = 400;
const HOUR_MS = 3_600_000;

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < NEAR_END_PX;

/** The number of messages of others after this one. */
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
  /** The last known position of the view. Scroll events arrive about a frame late. */
  const top = useRef(0);
  /** The last message at the time when the view was at the end. */
  const seen = useRef(0);
  /** The own message for which the view has moved to the end. */
  const written = useRef<string | undefined>(undefined);
  /** The distance from the end, which stays the same while earlier messages are added above. */
  const keep = useRef<number | undefined>(undefined);
  /** The first drawn message. */
  const drawnFirst = useRef<string | undefined>(undefined);

  const { messages } = chat;
  const last = lastMessage(chat);
  const drawn = useMemo(() => messages.slice(-shown), [messages, shown]);
  const rows = useMemo(() => timeline(drawn, me), [drawn, me]);

  // The view always shows an own new message.
  const isNew = last?.status === 'sending' || last?.status === 'waiting';
  const isWritten = isNew && last?.id !== written.current;

  // Runs after each change of the drawn rows.
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

  // The view changes its height with a keyboard, the field below and the window.
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

  /** Called before rows are drawn above those on the screen. */
  const keepView = () => {
    const element = list.current;
    if (element !== null && !follows.current) keep.current = element.scrollHeight - element.scrollTop;
  };
  const first = drawn[0]?.id;
  if (first !== drawnFirst.current) {
    if (drawn.some(({ id }) => id === drawnFirst.current)) keepView();
    drawnFirst.current = first;
  }
  /** Draws the loaded messages first, and then asks the runtime. */
  const showEarlier = async () => {
    if (shown < messages.length) return setShown(shown + PAGE_MESSAGES);
    if (chat.more === false) return;
    const earlier = CHATS.messages(peerOf(chat.id));
    const before = earlier.getSnapshot().messages.length;
    // Without an answer the next try may have one.
    await earlier.loadMore(PAGE_MESSAGES).catch(() => undefined);
    setShown((count) => count + earlier.getSnapshot().messages.length - before);
  };

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
  // Names of writers may become known at any time.
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
