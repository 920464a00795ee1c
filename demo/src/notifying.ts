/**
 * A notification and a sound for a new message, from exactly one tab: the one that acts for the account (`isActive`). The badge of the installed
 * page has the unread sum.
 */
import type { ChatMessage } from './chat-messages.js';
import { type Chat, type ChatId, chatFrom } from './chats.js';
import { contentOf } from './content.js';
import { JIM, type Seat, takenSeats } from './jim.js';
import type { Message } from './jmessage.js';
import { openChat } from './navigation.js';
import { previewOf } from './preview.js';
import { rememberAlerts, watchAlerts } from './remember.js';
import { showAccount } from './session.js';
import { getState, nameOf, titleOf, update } from './store.js';
import { stringsOf } from './strings.js';
import { textOf } from './untrusted.js';

const VOLUME = 0.08;
const TONES_HZ = [880, 1_174] as const;
const TONE_S = 0.09;

/** All tabs have one choice. To be called once. */
export function followAlerts(): void {
  watchAlerts((alerts) => update({ alerts }));
}

const canNotify = (): boolean => typeof Notification !== 'undefined';

/** Asks the person, since a browser wants a click for it. */
export async function setAlerts(alerts: boolean): Promise<void> {
  const isGranted = !alerts || !canNotify() || (await Notification.requestPermission()) === 'granted';
  rememberAlerts(alerts && isGranted);
  update({ alerts: alerts && isGranted });
  if (alerts && !isGranted) update({ toast: stringsOf(getState().language).alertsRefused });
}

/** A message of another user has arrived. */
export function notify(id: ChatId, message: Pick<ChatMessage, 'from' | 'content'>): void {
  const { alerts, open, language } = getState();
  if (!alerts || !JIM.isActive()) return;
  if (document.visibilityState === 'visible' && document.hasFocus() && open === id) return;
  void playSound().catch(() => undefined);
  const strings = stringsOf(language);
  const title = titleOf(getState(), id);
  const text = previewOf(message.content, strings);
  const isGroup = id.startsWith('g/');
  const body = isGroup ? strings.saidTo(nameOf(getState(), message.from), text) : text;
  void show({ tag: `${getState().username} ${id}`, title, body, open: () => openChat(id) }).catch(
    () => undefined,
  );
}

/** A message for an account that is live in this page and not on the screen. */
export function notifyElsewhere(seat: Seat, message: Message): void {
  const { alerts, language } = getState();
  const { content } = message;
  const { username } = seat;
  if (!alerts || username === undefined || content.from_id === username || !seat.jim.isActive()) return;
  void playSound().catch(() => undefined);
  const strings = stringsOf(language);
  const id = chatFrom(message);
  const from = textOf(content.from_name) || content.from_id;
  const open = () => {
    showAccount(username);
    openChat(id);
  };
  const title = strings.forAccount(from, seat.nickname || username);
  const body = previewOf(contentOf(content), strings);
  void show({ tag: `${username} ${id}`, title, body, open }).catch(() => undefined);
}

interface Notice {
  tag: string;
  title: string;
  body: string;
  /** Shows its conversation. */
  open(): void;
}

/** One notification for each conversation: a later one replaces it. */
async function show({ tag, title, body, open }: Notice): Promise<void> {
  if (!canNotify() || Notification.permission !== 'granted') return;
  const shown = new Notification(title, { body, tag, icon: './icon-192.png' });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}

/** Two short tones, without a file. */
async function playSound(): Promise<void> {
  const context = new AudioContext();
  const volume = new GainNode(context, { gain: VOLUME });
  volume.connect(context.destination);
  for (const [index, frequency] of TONES_HZ.entries()) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(volume);
    tone.start(context.currentTime + index * TONE_S);
    tone.stop(context.currentTime + (index + 1) * TONE_S);
    if (index === TONES_HZ.length - 1) tone.onended = () => void context.close();
  }
}

export const unreadSum = (chats: Readonly<Record<ChatId, Chat>>): number =>
  Object.values<Chat>(chats).reduce((sum, { unread }) => sum + unread, 0);

/** Browsers without an installed page have no badge. */
export function showBadge(unread: number): void {
  if (!takenSeats().some(({ jim }) => jim.isActive()) || !('setAppBadge' in navigator)) return;
  void (unread === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(unread)).catch(() => undefined);
}
