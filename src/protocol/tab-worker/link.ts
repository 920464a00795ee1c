/**
 * What a tab and its worker say to each other.
 *
 * One port for each tab, with two lanes (`lanes.ts`). The first carries calls, by Comlink, from tab to worker; results are data, since Comlink
 * keeps only an error's name, message and stack. The second carries events from worker to tab as plain messages, in batches. Every message
 * from the worker says which boot of it speaks (`instance`), every account event its place in the account's sequence (`seq`).
 */

import type { ListenerEvents, ListenerName } from '../api/listeners.js';
import type { Failure } from '../api/request.js';
import type { StateSnapshot } from '../api/state.js';
import type { ConversationId } from '../conversation-id.js';
import type { LocalName, MethodName } from '../methods/types.js';
import type { UploadedMedia } from '../wire/pushes.js';

/**
 * The worker's name: its number is raised when tab and worker of different builds would misunderstand each other. It stands again as a
 * literal in `client/worker-link/hosts/bundled.ts`, where bundlers must be able to read it.
 */
export const WORKER_NAME = 'jmessage-v2';
/** Of two builds that want one account's socket the newer has it. */
export const RUNTIME_VERSION = '0.1.0';

/** What a page was initialised with (specification: 鉴权). */
export interface AuthPayload {
  appkey: string;
  random_str: string;
  signature: string;
  timestamp: number;
  /** Roaming. */
  flag: boolean;
}

/**
 * What a tab keeps, in its memory only, to bring its session back when the worker dies: nothing of it ever rests on disk.
 */
export interface Restore {
  auth: AuthPayload | null;
  /** Chat rooms that it is in. */
  rooms: readonly number[];
  login: {
    appkey: string;
    username: string;
    /** The password's MD5: only for a tab that logged in itself, and only where the server gives no token in its place. */
    digest: string | null;
    /** `ctime_ms` of the newest message when it joined: what is older is history, and told only then. */
    joinedMs: number;
    resume: ResumeToken | null;
  } | null;
}

/** What a server lets an account come back with: it is worth nothing without the device that it was given to, and little once it was used. */
export interface ResumeToken {
  device: string;
  token: string;
  /** How often it has been renewed: of two the higher one is the newer. */
  renewals: number;
  /** Whether the session had the recent history told. */
  roaming: boolean;
}

export interface Settings {
  address: string;
  /** Where uploads go. */
  uploadUrl: string;
  engine: 3 | 4;
  debug: boolean;
  /** Whether the page can be asked for a fresh signature. */
  canAuth: boolean;
  /** How long a send may wait for a connection. */
  outboxAgeMs: number;
  /** How long a connection may be away before the application is told `onDisconnect`; 0: at once, as V2 does. */
  disconnectGraceMs: number;
}

export interface LastHeard {
  instance: string;
  seq: number;
  /** `ctime_ms` of the newest message that the application has been given: for a worker that has other sequences. */
  newestMs: number;
}

export interface Hello {
  tabId: string;
  /** The Web Lock that the tab holds while it lives, already taken; null where there are no Web Locks. */
  lock: string | null;
  settings: Settings;
  /** Where the tab was, when it comes back from the back/forward cache or from a worker's death. */
  last: LastHeard | null;
  /** Whether somebody can see the tab. */
  visible: boolean;
  /** Whether it listens to `onOutboxChange`. */
  watchesOutbox: boolean;
  /** What the tab had, to be brought back. */
  restore: Restore;
}

export interface Welcome {
  instance: string;
  /** The Web Lock that the worker holds while it lives, already taken. */
  lock: string | null;
}

/** A tab's copy of what the worker knows of it. */
export interface Mirror {
  /** Counts up with each change: an older one never replaces a newer. */
  version: number;
  state: StateSnapshot;
  initialised: boolean;
  restore: Restore;
}

export interface AccountName {
  appkey: string;
  username: string;
}

export interface Call {
  callId: string;
  method: MethodName | LocalName;
  params: unknown;
  /** When the application made the call, ms since 1970: it must not change between tries. */
  madeAt: number;
  /** Who was logged in when it was made: what one account sends goes out as that account or not at all. */
  account?: AccountName | undefined;
  /** A worker that has died since was given it, and may have begun with it. */
  again?: true;
  /** The call's file is there already: what the upload answered, to a worker that has died since. */
  uploaded?: UploadedMedia;
}

export type Outcome =
  | {
      kind: 'success';
      data: object;
      /** Second argument of `onSuccess`. */
      second?: unknown;
      /** How things stand after a session method, so that `isLogin()` is right inside `onSuccess`. */
      mirror?: Mirror;
      /** The server has received it, or what it was answered from. It may overtake the message `ack`. */
      ack?: { rid: number; data: unknown };
    }
  | { kind: 'failure'; error: Failure }
  | { kind: 'timeout'; rid: number; data: unknown; responseTimeout: boolean };

/** What the worker exposes on the first lane. */
export interface WorkerApi {
  /** Registers the tab. The result comes only after the worker watches the tab's lock. */
  hello(hello: Hello): Promise<Welcome>;
  call(call: Call): Promise<Outcome>;
  /** The network or the tab has come back: try now rather than later. */
  wake(): void;
  /** A fresh signature that was asked for by {@link TabMessage} `auth`; null if the page has none to give. */
  provideAuth(payload: unknown): void;
  /** Answers at once; silence means a frozen or dead worker. */
  ping(): Promise<true>;
  /** Gives a call up, if it has not gone out. */
  abort(callId: string): void;
  /** The application has been handed every event up to that `seq`: what the server pushed of it counts as delivered. */
  confirm(upTo: number): void;
  /** Whether somebody can see the tab. */
  view(visible: boolean): void;
  /** From now on the application wants to hear what becomes of sends. */
  watchOutbox(): void;
  /** The tab is leaving: what it sent stays on its way. `upTo` as in {@link confirm}. */
  bye(upTo: number): void;
}

/** One thing that happened, for one listener. */
export type AccountEvent = {
  [L in EventName]: { seq: number; listener: L; data: ListenerEvents[L] };
}[EventName];

/** What happens to an account. The tab itself makes the other listeners' calls, from its mirrors. */
export type EventName = Exclude<ListenerName, 'onStateChange' | 'onUnreadChange'>;

/** What the worker posts on the second lane. */
export type TabMessage = { instance: string } & (
  | { kind: 'events'; events: AccountEvent[] }
  | { kind: 'mirror'; mirror: Mirror }
  /** The tab has joined this account: what follows is of it. */
  | { kind: 'account'; account: AccountName }
  /** A send waits for a connection. */
  | { kind: 'queued'; callId: string; rid: number }
  /** `ack` of an open call. */
  | { kind: 'ack'; callId: string; rid: number; data: unknown }
  /** How far a call's upload is, in bytes. */
  | { kind: 'progress'; callId: string; loaded: number; total: number }
  /** A call's upload is done; see {@link Call}. */
  | { kind: 'uploaded'; callId: string; media: UploadedMedia }
  /** Unread counts that have changed. */
  | { kind: 'unread'; counts: [ConversationId, number][] }
  /** The events since the tab's last one are no longer kept: what it shows may have holes. */
  | { kind: 'gap' }
  | { kind: 'auth' }
  /** A debug line, so that the worker's log can be read where there are no tools for workers. */
  | { kind: 'log'; level: 'debug' | 'warn'; text: string }
);
