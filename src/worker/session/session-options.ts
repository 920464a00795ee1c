/** The options of a new session. */
import type { Account, LoginAnswer } from '../connection/account.js';
import type { Credentials } from '../connection/credentials.js';
import type { OpenRequests } from '../connection/open-requests.js';
import type { Platform } from '../platform/platform.js';
import type { OutboxRecord, Progress, Store } from '../store/store.js';
import type { EventLog } from '../tabs/event-log.js';

export interface SessionOptions {
  platform: Platform;
  account: Account;
  credentials: Credentials;
  store: Store;
  /** The records of earlier sends in the store. */
  outbox: readonly OutboxRecord[];
  /** How far the account's streams were received; undefined for an empty store. */
  progress: Progress | undefined;
  /** `ctime_ms` of the newest stored message; 0 if there is none. */
  keptUpTo: number;
  /** The answer to the login. */
  login: LoginAnswer;
  /** The table of its requests, which the connection of the login uses already. */
  requests: OpenRequests;
  nextSeq(): number;
  /** The account's events. A session that lapses leaves them to the next one. */
  events: EventLog;
  log(text: string): void;
  /** @param isLapsed its last tab has gone, and nothing else has ended it */
  onEnded(isLapsed: boolean): void;
  /** The last write is done, so the account is free for another worker. */
  onClosed(): void;
}

/** The parts of a session that the device's disk has. */
export interface KeptAccount
  extends Pick<SessionOptions, 'store' | 'outbox' | 'progress' | 'keptUpTo' | 'credentials'> {
  /** Calls back when the storage fails, or if it already has. */
  onDegraded(fn: (reason: string) => void): void;
}
