/**
 * A conversation's messages. A view at the end follows new messages. Otherwise it stays in its place, and a button shows the new messages. Only
 * the rows near the screen exist, so the length of a history costs nothing.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ChatMessage, lastId } from '../chat-messages.js';
import { type Chat, lastMessage, peerOf, readUpTo } from '../chats.js';
import { useNow } from '../hooks.js';
import { CHATS } from '../jim.js';
import { usePinnedEnd } from '../pinned-end.js';
import { useRoving } from '../roving.js';
import { nameOf, update, useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { type Row, rowAt } from '../timeline.js';
import { useVirtualRows } from '../virtual-rows.js';
import { Bubble } from './bubble.js';
import { DayLine } from './day-line.js';
import { Icon } from './icon.js';
import { MessageMenu, useMessageMenu } from './message-menu.js';
import { NoteLine } from './note-line.js';

const PAGE_MESSAGES = 100;
/** Earlier messages are fetched before the reader reaches the first one. */
const NEAR_TOP_PX = 400;
const HOUR_MS = 3_600_000;

/** The number of messages of others after this one. */
const countAfter = (messages: readonly ChatMessage[], id: number, me: string): number =>
  messages.filter(({ from, msgId }) => from !== me && msgId !== undefined && msgId > id).length;

export function MessageList({ chat, name }: { chat: Chat; name: string }) {
  const strings = useStrings();
  const me = useStore((state) => state.username) ?? '';
  const [away, setAway] = useState(false);
  const [found, setFound] = useState('');
  /** The found row gets the focus when it exists. */
  const isFocusDue = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  /** The last message at the time when the view was at the end. */
  const seen = useRef(0);
  /** The own message for which the view has moved to the end. */
  const written = useRef<string | undefined>(undefined);

  const { messages } = chat;
  const last = lastMessage(chat);
  const end = usePinnedEnd(scroller, list);
  const virtual = useVirtualRows({
    scroller,
    list,
    count: messages.length,
    keyOf: (index) => messages[index]?.id ?? '',
    move: end.move,
  });
  useRoving(scroller, 'li[data-index]', { startsAtEnd: true });
  const menu = useMessageMenu(list, (index) => rowAt(messages, index, me));

  // The view starts at the end, and always shows an own new message.
  const isNew = last?.status === 'sending' || last?.status === 'waiting';
  const isEmpty = messages.length === 0;
  useEffect(() => {
    if (!isEmpty) end.follow();
  }, [isEmpty]);
  useEffect(() => {
    if (!isNew || last?.id === written.current) return;
    written.current = last?.id;
    end.follow();
  }, [last?.id]);
  useEffect(() => {
    if (!away) seen.current = lastId(messages);
  }, [messages, away]);

  // A search result is shown in the middle.
  const target = useStore((state) => state.target);
  useEffect(() => {
    if (target?.chatId !== chat.id) return;
    const index = messages.findIndex(({ id }) => id === target.id);
    if (index < 0) return;
    end.leave();
    virtual.scrollToIndex(index, { align: 'center' });
    update({ target: null });
    setFound(target.id);
    isFocusDue.current = true;
  }, [target, messages]);
  useEffect(() => {
    if (!isFocusDue.current) return;
    const row = list.current?.querySelector<HTMLElement>('[data-found=true]');
    row?.focus({ preventScroll: true });
    isFocusDue.current = document.activeElement !== row;
  });

  const showEarlier = async () => {
    // Without an answer the next try may have one.
    if (chat.more === true)
      await CHATS.messages(peerOf(chat.id))
        .loadMore(PAGE_MESSAGES)
        .catch(() => undefined);
  };
  const onScroll = () => {
    const { isAway, isUp } = end.scrolled();
    if (isUp && (scroller.current?.scrollTop ?? 0) < NEAR_TOP_PX) void showEarlier();
    setAway(isAway);
  };

  const unseen = away ? countAfter(messages, seen.current, me) : 0;
  return (
    <div class="message-area">
      <div
        class="messages"
        ref={scroller}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={strings.messagesWith(name)}
      >
        {chat.more === true && (
          <button type="button" class="earlier" onClick={() => void showEarlier()}>
            {strings.earlier}
          </button>
        )}
        {isEmpty && <p class="hint">{strings.noMessages(name)}</p>}
        <Rows list={list} me={me} virtual={virtual} chat={chat} found={found} onMenu={menu.onMenu} />
      </div>
      {away && (
        <button
          type="button"
          class="to-latest"
          data-new={unseen > 0}
          aria-label={strings.toLatest}
          onClick={end.follow}
        >
          {unseen > 0 && <span>{strings.newMessages(unseen)}</span>}
          <Icon name="down" size={18} />
        </button>
      )}
      {menu.opened && <MessageMenu {...menu.opened} chatId={chat.id} onClose={menu.close} />}
    </div>
  );
}

interface RowsProps {
  list: { current: HTMLOListElement | null };
  me: string;
  virtual: ReturnType<typeof useVirtualRows>;
  chat: Chat;
  /** The key of a found row. */
  found: string;
  onMenu: (message: ChatMessage, from: Element) => void;
}

function Rows({ list, me, virtual, chat, found, onMenu }: RowsProps) {
  // Names of writers may become known at any time.
  const state = useStore((current) => current);
  const { language } = state;
  const now = useNow(HOUR_MS);
  const isGroup = 'gid' in peerOf(chat.id);
  const readId = useMemo(() => readUpTo(chat), [chat]);
  const draw = (row: Row) => {
    const { message, mine } = row;
    if (row.kind === 'note') return <NoteLine message={message} mine={mine} chatId={chat.id} />;
    const { msgId = Infinity, unreadBy, from } = message;
    const read = mine && (unreadBy === 0 || msgId <= readId);
    const author = isGroup && !mine ? nameOf(state, from) : '';
    return <Bubble {...row} read={read} author={author} language={language} onMenu={onMenu} />;
  };
  const drawn = virtual.getVirtualItems();
  const { scrollMargin } = virtual.options;
  const above = (drawn[0]?.start ?? scrollMargin) - scrollMargin;
  const below = virtual.getTotalSize() - ((drawn.at(-1)?.end ?? scrollMargin) - scrollMargin);
  return (
    <ol ref={list} style={{ paddingTop: `${above}px`, paddingBottom: `${Math.max(0, below)}px` }}>
      {drawn.map(({ index, key }) => {
        const row = rowAt(chat.messages, index, me);
        return (
          row && (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              data-found={key === found}
              aria-setsize={chat.more === true ? -1 : chat.messages.length}
              aria-posinset={index + 1}
            >
              {row.newDay && <DayLine at={row.message.at} now={now} language={language} />}
              {draw(row)}
            </li>
          )
        );
      })}
    </ol>
  );
}
