/** The page's state: one immutable value, changed by {@link update} alone, read in components by {@link useStore}. */
import { useSyncExternalStore } from 'preact/compat';
import { type Chat, emptyChat } from './chats.js';
import type { StateSnapshot, UserInfo } from './jmessage.js';
import {
  type Language,
  type ReadMarks,
  rememberedLanguage,
  rememberedTheme,
  type Theme,
} from './remember.js';

export interface State {
  /** `starting`: looking for a session to join. */
  phase: 'starting' | 'signedOut' | 'signedIn';
  /** Signed in: who. Signed out: who was, to be offered again. */
  username: string | null;
  profile: UserInfo | null;
  connection: StateSnapshot;
  /** From the loss of a connection until all is well again. */
  outage: boolean;
  /** By username. A null-prototype object, since users choose the names. */
  chats: Readonly<Record<string, Chat>>;
  readMarks: ReadMarks;
  /** Whose conversation is on the screen. */
  open: string | null;
  /** What a screen reader is to say. */
  announcement: string;
  /** Why the page could not do what it was asked for at the start. */
  notice: string;
  theme: Theme;
  language: Language;
}

const NO_CHATS: Readonly<Record<string, Chat>> = Object.freeze(Object.create(null));

let state: State = {
  phase: 'starting',
  username: null,
  profile: null,
  connection: { state: 'idle', connected: false, synced: false, tabs: 0 },
  outage: false,
  chats: NO_CHATS,
  readMarks: {},
  open: null,
  announcement: '',
  notice: '',
  theme: rememberedTheme(),
  language: rememberedLanguage(),
};

const subscribers = new Set<() => void>();

export const getState = (): State => state;

export function update(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const subscriber of subscribers) subscriber();
}

function subscribe(subscriber: () => void): () => void {
  subscribers.add(subscriber);
  return () => subscribers.delete(subscriber);
}

/** @param select picks a part of the state; what it makes anew on each call never counts as equal */
export function useStore<T>(select: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

/** Changes one conversation, which comes into being if it is not there. */
export function updateChat(username: string, change: (chat: Chat) => Partial<Chat>): void {
  const chat = state.chats[username] ?? emptyChat(username);
  const chats: Record<string, Chat> = Object.assign(Object.create(null), state.chats);
  chats[username] = { ...chat, ...change(chat) };
  update({ chats });
}

/** What belongs to an account and must not be seen by the next one. */
export const NO_ACCOUNT = {
  profile: null,
  chats: NO_CHATS,
  readMarks: {},
  announcement: '',
  outage: false,
} as const satisfies Partial<State>;
