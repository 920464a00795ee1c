/** The page's state: one immutable value, changed by {@link update} alone, read in components by {@link useStore}. */
import { useSyncExternalStore } from 'preact/compat';
import { type Chat, type ChatId, chatWith, peerOf } from './chats.js';
import type { Sharing } from './forwarding.js';
import type { Invitation, StateSnapshot, UserInfo } from './jmessage.js';
import {
  type Language,
  rememberedAlerts,
  rememberedInspector,
  rememberedLanguage,
  rememberedTheme,
  type Theme,
} from './remember.js';
import { withTexts } from './untrusted.js';

/** The known profile of a user. */
interface Person {
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
  /** undefined before the first request. */
  members: readonly Member[] | undefined;
  /** The user has left the group. */
  gone: boolean;
}

/** An account that is live in this page. */
export interface AccountView {
  username: string;
  name: string;
  /** media_id, or ''. */
  avatar: string;
  unread: number;
  /** Its session has ended, and it wants a new login. */
  hasEnded: boolean;
}

export interface State {
  /** `starting`: looking for a session to join. */
  phase: 'starting' | 'signedOut' | 'signedIn';
  /** The account of the session; after a log-out the last one, which the form offers again. */
  username: string | null;
  profile: UserInfo | null;
  /** All accounts that are live in this page, the one on the screen among them. */
  accounts: readonly AccountView[];
  connection: StateSnapshot;
  /** From the loss of a connection until the session is ready again. */
  outage: boolean;
  /** The shown data may be older than the server's, which could not be reached. */
  fromCache: boolean;
  /** The browser's storage has failed, so no data are stored on this device. */
  degraded: boolean;
  chats: Readonly<Record<ChatId, Chat>>;
  /** By username. Null-prototype objects here and below, since users choose the names. */
  people: Readonly<Record<string, Person>>;
  /** By username: the user's own name for a friend, or ''. */
  friends: Readonly<Record<string, string>>;
  invitations: readonly Invitation[];
  groups: Readonly<Record<number, Group>>;
  /** The conversation on the screen. */
  open: ChatId | null;
  /** The content of the left side. */
  panel: 'chats' | 'contacts';
  /** The announcement for screen readers. */
  announcement: string;
  /** A short error message. */
  toast: string;
  /** The reason why the start failed. */
  notice: string;
  /** A message or text for which a conversation is being chosen. */
  sharing: Sharing | null;
  /** A found message that the opened conversation shows. */
  target: { chatId: ChatId; id: string } | null;
  /** Notifications and sounds. */
  alerts: boolean;
  /** The panel for developers is open. */
  inspector: boolean;
  /** A newer version of the page is on this device. */
  hasNewVersion: boolean;
  theme: Theme;
  language: Language;
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** Data of an account that the next account must not see. */
export const NO_ACCOUNT = {
  profile: null,
  chats: NOTHING,
  people: NOTHING,
  friends: NOTHING,
  invitations: [],
  groups: NOTHING,
  target: null,
  announcement: '',
  toast: '',
  outage: false,
  fromCache: false,
  degraded: false,
} as const satisfies Partial<State>;

let state: State = {
  ...NO_ACCOUNT,
  accounts: [],
  phase: 'starting',
  username: null,
  connection: { state: 'idle', connected: false, synced: false, tabs: 0 },
  open: null,
  panel: 'chats',
  notice: '',
  sharing: null,
  alerts: rememberedAlerts(),
  inspector: rememberedInspector(),
  hasNewVersion: false,
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

/** @param select picks a part of the state; a value that it creates on each call never counts as equal */
export function useStore<T>(select: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

function copyOf<R extends object>(record: R): R {
  return Object.assign(Object.create(null), record);
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

/** The name of a user: the own name for a friend, or else the profile's. */
export const nameOf = ({ friends, people, profile, chats }: State, username: string): string =>
  friends[username] ||
  people[username]?.nickname ||
  chats[chatWith(username)]?.title ||
  (profile?.username === username && profile.nickname) ||
  username;

/** The name of a conversation. */
export function titleOf(from: State, id: ChatId): string {
  const peer = peerOf(id);
  return 'gid' in peer
    ? from.groups[peer.gid]?.name || from.chats[id]?.title || `#${peer.gid}`
    : nameOf(from, peer.username);
}
