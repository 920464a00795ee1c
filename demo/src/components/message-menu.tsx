/**
 * The menu of one message. It opens by its button, a right click, a long press, the context-menu key, and Enter on a focused message.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatMessage } from '../chat-messages.js';
import { type ChatId, peerOf } from '../chats.js';
import { canForward } from '../forwarding.js';
import { discard, retract, retry } from '../sending.js';
import { update } from '../store.js';
import { useStrings } from '../strings.js';
import type { Row } from '../timeline.js';
import { Icon, type IconName } from './icon.js';
import { place } from './popup.js';
import { ReadersDialog } from './readers-dialog.js';

const LONG_PRESS_MS = 500;
const MOVED_PX = 10;

interface Opened {
  message: ChatMessage;
  mine: boolean;
  at: DOMRect;
  /** It has the focus again afterwards. */
  from: HTMLElement | null;
}

/** Follows the gestures on the rows that ask for the menu. */
export function useMessageMenu(
  list: { current: HTMLOListElement | null },
  rowAt: (index: number) => Row | undefined,
) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const latest = useRef(rowAt);
  latest.current = rowAt;
  const openOn = (item: HTMLElement, at: DOMRect) => {
    const row = latest.current(Number(item.dataset.index));
    if (row?.kind === 'message') setOpened({ message: row.message, mine: row.mine, at, from: item });
  };
  useEffect(() => {
    const root = list.current;
    if (root === null) return;
    let press: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined;
    const itemOf = ({ target }: Event) =>
      target instanceof Element ? target.closest<HTMLElement>('li[data-index]') : null;
    const release = () => {
      clearTimeout(press?.timer);
      press = undefined;
    };
    const onContextMenu = (event: MouseEvent) => {
      const item = itemOf(event);
      // A link and selected text keep the browser's own menu.
      const isOwn = item === null || (event.target as Element).closest('a') !== null;
      if (isOwn || getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      release();
      const bubble = item.querySelector('.bubble') ?? item;
      // The context-menu key has no place of its own.
      const byKey = event.clientX === 0 && event.clientY === 0;
      openOn(item, byKey ? bubble.getBoundingClientRect() : new DOMRect(event.clientX, event.clientY, 0, 0));
    };
    const onPointerDown = (event: PointerEvent) => {
      const item = itemOf(event);
      release();
      if (event.pointerType !== 'touch' || item === null) return;
      const { clientX: x, clientY: y } = event;
      press = { timer: setTimeout(() => openOn(item, new DOMRect(x, y, 0, 0)), LONG_PRESS_MS), x, y };
    };
    const onPointerMove = ({ clientX, clientY }: PointerEvent) => {
      if (press && Math.hypot(clientX - press.x, clientY - press.y) > MOVED_PX) release();
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const item = itemOf(event);
      if (event.key !== 'Enter' || item === null || event.target !== item) return;
      event.preventDefault();
      openOn(item, (item.querySelector('.bubble') ?? item).getBoundingClientRect());
    };
    const ends = new AbortController();
    const { signal } = ends;
    root.addEventListener('contextmenu', onContextMenu, { signal });
    root.addEventListener('pointerdown', onPointerDown, { signal });
    root.addEventListener('pointermove', onPointerMove, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const)
      root.addEventListener(end, release, { signal });
    root.addEventListener('keydown', onKeyDown, { signal });
    return () => {
      release();
      ends.abort();
    };
  }, []);
  return {
    opened,
    close: () => setOpened(null),
    onMenu: (_message: ChatMessage, from: Element) => {
      const item = from.closest<HTMLElement>('li[data-index]');
      if (item !== null) openOn(item, from.getBoundingClientRect());
    },
  };
}

interface Props extends Opened {
  chatId: ChatId;
  onClose: () => void;
}

interface Action {
  icon: IconName;
  label: string;
  run: () => void;
}

export function MessageMenu({ message, mine, at, from, chatId, onClose }: Props) {
  const strings = useStrings();
  const box = useRef<HTMLDivElement>(null);
  const [listing, setListing] = useState(false);
  const { content, msgId, status, hopeless } = message;
  const isSent = status === 'sent';
  const actions: (Action | false)[] = [
    content.type === 'text' && {
      icon: 'copy',
      label: strings.copy,
      run: () => void navigator.clipboard?.writeText(content.text),
    },
    isSent &&
      canForward(message) && {
        icon: 'forward',
        label: strings.forward,
        run: () => update({ sharing: { kind: 'message', from: chatId, message } }),
      },
    isSent &&
      mine &&
      'gid' in peerOf(chatId) && { icon: 'read', label: strings.readers, run: () => setListing(true) },
    status === 'failed' && !hopeless && { icon: 'undo', label: strings.retry, run: () => retry(message) },
    (status === 'waiting' || status === 'failed') && {
      icon: 'close',
      label: status === 'failed' ? strings.discard : strings.discardWaiting,
      run: () => discard(message),
    },
    isSent && mine && { icon: 'undo', label: strings.retract, run: () => retract(chatId, message) },
  ];

  useLayoutEffect(() => {
    const opened = box.current;
    if (opened === null) return;
    opened.showPopover();
    place(opened, at);
    opened.querySelector('button')?.focus({ preventScroll: true });
    const close = () => onClose();
    const outside = ({ target }: Event) => {
      if (!(target instanceof Node && opened.contains(target))) close();
    };
    // An automatic popover would close when the finger or button of the long press or right click is released.
    addEventListener('pointerdown', outside, true);
    // The bubble has another place then.
    const settle = () => {
      const bubble = from?.querySelector('.bubble');
      if (bubble?.isConnected) place(opened, bubble.getBoundingClientRect());
      else close();
    };
    addEventListener('resize', settle);
    return () => {
      removeEventListener('pointerdown', outside, true);
      removeEventListener('resize', settle);
    };
  }, []);

  if (listing && msgId !== undefined) return <ReadersDialog msgId={msgId} onClose={onClose} />;
  return (
    <div
      class="popup menu-list"
      popover="manual"
      role="menu"
      aria-label={strings.actions}
      ref={box}
      onKeyDown={(event) => {
        const items = [...event.currentTarget.querySelectorAll('button')];
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step !== undefined) {
          event.preventDefault();
          const next = items.indexOf(document.activeElement as HTMLButtonElement) + step;
          items.at(next % items.length)?.focus();
        }
        if (event.key !== 'Escape' && event.key !== 'Tab') return;
        event.preventDefault();
        onClose();
        from?.focus({ preventScroll: true });
      }}
    >
      {actions.map(
        (action) =>
          action && (
            <button
              type="button"
              role="menuitem"
              key={action.label}
              onClick={() => {
                // A dialog gives the focus back to the message.
                from?.focus({ preventScroll: true });
                action.run();
                if (action.label !== strings.readers) onClose();
              }}
            >
              <Icon name={action.icon} size={18} />
              {action.label}
            </button>
          ),
      )}
    </div>
  );
}
