/**
 * The messages between a tab and its worker.
 *
 * Each tab has one port with two lanes (`lanes.ts`). The first carries calls, by Comlink, from tab to worker. Results are data, since Comlink
 * keeps only an error's name, message and stack. The second carries events from worker to tab as plain messages, in batches. Every message
 * from the worker names the boot of the worker (`instance`). Every account event names its place in the account's sequence (`seq`).
 */

import type { WorkerInspection } from '../api/inspection.js';
import type { ListenerEvents, ListenerName } from '../api/listeners.js';
import type { Failure } from '../api/request.js';
import type { StateSnapshot } from '../api/state.js';
import type { ConversationId } from '../conversation-id.js';
import type { LocalName, MethodName } from '../methods/types.js';
import type { UploadedMedia } from '../wire/pushes.js';
import type { WorkerAddress } from './worker-address.js';

/** The parameters of a page's `init` (specification: 鉴权). */
export interface AuthPayload {
  appkey: string;
  random_str: string;
  signature: string;
  timestamp: number;
  /** Roaming. */
  flag: boolean;
}

/** The data with which a tab restores its session after a worker's death. It stays in the tab's memory and never reaches the disk. */
export interface Restore {
  auth: AuthPayload | null;
  /** Chat rooms that the tab is in. */
  rooms: readonly number[];
  login: {
    appkey: string;
    username: string;
    /** The password's MD5. Only a tab that logged in itself has it, and only if the server gives no token instead. */
    digest: string | null;
    /** The place of the newest delivered message when the tab joined. Messages up to there are history, delivered only at that time. */
    joined: { ctime_ms: number; msg_id: number };
    /** `ctime_ms` after the newest message that was stored when the tab joined: a tab without any message has missed those since. */
    since?: number | undefined;
    resume: ResumeToken | null;
  } | null;
}

/** The secret with which an account returns without a password. It works only on its device, and hardly longer than its first use. */
export interface ResumeToken {
  device: string;
  token: string;
  /** The time of its login, and one more for each renewal: of two tokens the one with more is the newer. */
  renewals: number;
  /** Whether the session received the recent history. */
  roaming: boolean;
}

export interface Settings {
  address: string;
  /** The address for uploads. */
  uploadUrl: string;
  engine: 3 | 4;
  debug: boolean;
  /** Whether the page can be asked for a fresh signature. */
  canAuth: boolean;
  /** How long a send may wait for a connection. */
  outboxAgeMs: number;
  /** How long a connection may be lost before `onDisconnect`; 0: at once, as in V2. */
  disconnectGraceMs: number;
}

export interface LastHeard {
  instance: string;
  seq: number;
  /** `ctime_ms` of the newest message that the application has received, for a worker with other sequences. */
  newestMs: number;
}

/** A tab as its user sees it. */
export interface View {
  visible: boolean;
  /** The page does nothing at present. */
  frozen: boolean;
  /** Time when the tab was last shown or focused, ms since 1970; 0: never. The tab keeps it, so that a worker's successor knows it too. */
  viewedAt: number;
}

export interface Hello {
  tabId: string;
  /** The Web Lock that the tab already holds for its life; null without Web Locks. */
  lock: string | null;
  settings: Settings;
  /** The tab's last event, if it returns from the back/forward cache or from a worker's death. */
  last: LastHeard | null;
  view: View;
  /** Whether the tab listens to `onOutboxChange`. */
  watchesOutbox: boolean;
  /** The state to restore. */
  restore: Restore;
}

export interface Welcome {
  instance: string;
  /** The Web Lock that the worker already holds for its life. */
  lock: string | null;
}

/** A tab's copy of its state in the worker. */
export interface Mirror {
  /** Rises with each change: an older mirror never replaces a newer one. */
  version: number;
  state: StateSnapshot;
  initialised: boolean;
  /** The Web Lock of the tab that acts for the account, if the worker has chosen this tab. */
  active: string | null;
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
  /** The time of the call, ms since 1970. It must not change between tries. */
  madeAt: number;
  /** The account at the time of the call. Its sends are transmitted as that account or not at all. */
  account?: AccountName | undefined;
  /** An earlier worker received the call and died. It may have begun with it. */
  again?: true;
  /** The tab that made the call, if it has left and another one submits it. */
  by?: string;
  /** The server of the account, in the calls of a tab that leaves. */
  address?: string;
  /** The answer of the finished upload, if an earlier worker uploaded the file and died. */
  uploaded?: UploadedMedia;
}

export type Outcome =
  | {
      kind: 'success';
      data: object;
      /** Second argument of `onSuccess`. */
      second?: unknown;
      /** The state after a session method, so that `isLogin()` is right inside `onSuccess`. */
      mirror?: Mirror;
      /** The acknowledgement of the request. The outcome may arrive before the message `ack`. */
      ack?: { rid: number; data: unknown };
    }
  | { kind: 'failure'; error: Failure }
  | { kind: 'timeout'; rid: number; data: unknown; responseTimeout: boolean };

export interface Pong {
  protocol: number;
  /** A browser may start a worker again behind the ports of its predecessor. */
  instance: string;
  /** null: no other tab can reach the worker. */
  at: WorkerAddress | null;
}

/** The exception of a call to a worker that knows nothing of the tab. */
export const NO_HELLO = 'no hello';

/** The methods of the worker on the first lane. */
export interface WorkerApi {
  /** Registers the tab. The call returns only after the worker watches the tab's lock. */
  hello(hello: Hello): Promise<Welcome>;
  call(call: Call): Promise<Outcome>;
  /** The network has returned or the tab is visible again: the worker tries to connect now. */
  wake(): void;
  /** The fresh signature that {@link TabMessage} `auth` asked for; null if the page has none. */
  provideAuth(payload: unknown): void;
  /** Answers at once; silence means a frozen or dead worker. */
  ping(): Promise<Pong>;
  /** Cancels a call that has not been transmitted. */
  abort(callId: string): void;
  /** The tab was shown, focused, hidden or frozen. */
  view(view: View): void;
  /** A snapshot for people. */
  inspect(): Promise<WorkerInspection | null>;
  /** From now on the application receives outbox changes. */
  watchOutbox(): void;
  /** The tab leaves, and its sends stay in the outbox. `upTo` as in {@link Confirmation}. */
  bye(upTo: number): void;
}

/** One event, for one listener. */
export type AccountEvent = {
  [L in EventName]: { seq: number; listener: L; data: ListenerEvents[L] };
}[EventName];

/** The listeners of account events. The tab itself calls the other listeners, from its mirrors. */
export type EventName = Exclude<
  ListenerName,
  'onStateChange' | 'onUnreadChange' | 'onActiveChange' | 'onOutdated'
>;

/**
 * The message of a tab on the second lane: its application has received every event up to that `seq`. Their pushes count as delivered. It needs
 * no answer, so it is no call.
 */
export type Confirmation = number;

/**
 * The messages of the worker on the second lane. `events` is the text of {@link EventEncoder}. Its `counts` are the unread counts that have
 * changed with the events, since a listener may read them.
 */
export type TabMessage = { instance: string } & (
  | { kind: 'events'; events: string; counts?: [ConversationId, number][] }
  | { kind: 'mirror'; mirror: Mirror }
  /** The tab has joined this account after so many log-outs: later messages belong to it. */
  | { kind: 'account'; account: AccountName; logouts: number }
  /** A send waits for a connection. */
  | { kind: 'queued'; callId: string; rid: number }
  /** `ack` of an open call. */
  | { kind: 'ack'; callId: string; rid: number; data: unknown }
  /** The progress of a call's upload, in bytes. */
  | { kind: 'progress'; callId: string; loaded: number; total: number }
  /** A call's upload is done; see {@link Call}. */
  | { kind: 'uploaded'; callId: string; media: UploadedMedia }
  /** Unread counts that have changed without an event. */
  | { kind: 'unread'; counts: [ConversationId, number][] }
  /** The events since the tab's last one are no longer kept, so its data may have holes. */
  | { kind: 'gap' }
  | { kind: 'auth' }
  /** Another worker takes the account over. */
  | { kind: 'moved'; to: WorkerAddress }
  /** A debug line, so that the worker's log can be read without tools for workers. */
  | { kind: 'log'; level: 'debug' | 'warn'; text: string }
);
