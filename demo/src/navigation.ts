/** The page's address names the open conversation, so that "back" and a reload work. */
import { redraw } from './chat-list.js';
import { addressOf, type ChatId, chatAt } from './chats.js';
import { lookAtOpen, lookAway } from './reading.js';
import { getState, update } from './store.js';

export function openChat(id: ChatId | null): void {
  location.hash = id === null ? '#/' : addressOf(id);
}

function onAddress(): void {
  const before = getState().open;
  const open = chatAt(location.hash);
  update({ open });
  if (before !== null && before !== open) lookAway(before);
  redraw();
  lookAtOpen();
}

/** To be called once. */
export function followAddress(): void {
  addEventListener('hashchange', onAddress);
  document.addEventListener('visibilitychange', lookAtOpen);
  onAddress();
}
