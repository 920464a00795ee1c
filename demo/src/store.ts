/** The page's state: one immutable value, changed by {@link update} alone, read in components by {@link useStore}. */
import { useSyncExternalStore } from 'preact/compat';
import { type Chat, type ChatId, emptyChat, peerOf } from './chats.js';
import type { StateSnapshot, UserInfo } from './jmessage.js';
import {
  type Invitation,
  type Language,
  rememberedLanguage,
  rememberedTheme,
  type Theme,
} from './remember.js';
import { withTexts } from './untrusted.js';

/** What is known of somebody. */
export interface Person {
  nickname: string;
  signature: string;
  /** media_id, or ''. */
  avatar: string;
}

export interface Member {
  username: string;
  nickname: string;
  /** 0 member, 1 owner, 2 keeper. */
  flag: number;
}

export interface Group {
  name: string;
  desc: string;
  /** media_id, or ''. */
  avatar: string;
  /** undefined until somebody has asked. */
  members: readonly Member[] | undefined;
  /** One is no longer in it. */
  gone: boolean;
}

export interface State {
  /** `starting`: looking for a session to join. */
  phase: 'starting' | 'signedOut' | 'signedIn';
  /** Signed in: who. Signed out: who was, to be offered again. */
  username: string | null;
  profile: UserInfo | null;
  connection: StateSnapshot;
  /** From the loss of a connection until all is well again. */
  outage: boolean;
  /** What is shown may be older than what the server has: it could not be asked. */
  fromCache: boolean;
  /** The browser's storage has failed: nothing is kept on this device. */
  degraded: boolean;
  chats: Readonly<Record<ChatId, Chat>>;
  /** By username. Null-prototype objects here and below, since users choose the names. */
  people: Readonly<Record<string, Person>>;
  /** By username: how one calls them oneself, or ''. */
  friends: Readonly<Record<string, string>>;
  invitations: readonly Invitation[];
  groups: Readonly<Record<number, Group>>;
  /** The conversation that is on the screen. */
  open: ChatId | null;
  /** What the left side shows. */
  panel: 'chats' | 'contacts';
  /** What a screen reader is to say. */
  announcement: string;
  /** Says in passing what has not worked. */
  toast: string;
  /** Why the page could not do what it was asked for at the start. */
  notice: string;
  theme: Theme;
  language: Language;
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** What belongs to an account and must not be seen by the next one. */
export const NO_ACCOUNT = {
  profile: null,
  chats: NOTHING,
  people: NOTHING,
  friends: NOTHING,
  invitations: [],
  groups: NOTHING,
  announcement: '',
  toast: '',
  outage: false,
  fromCache: false,
  degraded: false,
} as const satisfies Partial<State>;

let state: State = {
  ...NO_ACCOUNT,
  phase: 'starting',
  username: null,
  connection: { state: 'idle', connected: false, synced: false, tabs: 0 },
  open: null,
  panel: 'chats',
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

function copyOf<R extends object>(record: R): R {
  return Object.assign(Object.create(null), record);
}

/** Changes one conversation, which comes into being if it is not there. */
export function updateChat(id: ChatId, change: (chat: Chat) => Partial<Chat>): void {
  const chat = state.chats[id] ?? emptyChat(id);
  const chats: Record<ChatId, Chat> = copyOf(state.chats);
  chats[id] = { ...chat, ...change(chat) };
  update({ chats });
}

export function removeChat(id: ChatId): void {
  const chats: Record<ChatId, Chat> = copyOf(state.chats);
  delete chats[id];
  update({ chats });
}

const NOBODY: Person = { nickname: '', signature: '', avatar: '' };

export function updatePerson(username: string, change: Partial<Person>): void {
  const people: Record<string, Person> = copyOf(state.people);
  people[username] = withTexts({ ...(people[username] ?? NOBODY), ...change }, [
    'nickname',
    'signature',
    'avatar',
  ]);
  update({ people });
}

const NO_GROUP: Group = { name: '', desc: '', avatar: '', members: undefined, gone: false };

export function updateGroup(gid: number, change: Partial<Group>): void {
  const groups: Record<number, Group> = copyOf(state.groups);
  groups[gid] = withTexts({ ...(groups[gid] ?? NO_GROUP), ...change }, ['name', 'desc', 'avatar']);
  update({ groups });
}

/** What a user is called: as one calls them oneself, or else as they do. */
export const nameOf = ({ friends, people, profile }: State, username: string): string =>
  friends[username] ||
  people[username]?.nickname ||
  (profile?.username === username && profile.nickname) ||
  username;

/** What a conversation is called. */
export function titleOf(from: State, id: ChatId): string {
  const peer = peerOf(id);
  return 'gid' in peer ? from.groups[peer.gid]?.name || `#${peer.gid}` : nameOf(from, peer.username);
}
