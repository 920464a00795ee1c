/** What a session is opened with. */
import type { Account, LoginAnswer } from '../connection/account.js';
import type { Credentials } from '../connection/credentials.js';
import type { Platform } from '../platform/platform.js';
import type { OutboxRecord, Progress, Store } from '../store/store.js';
import type { EventLog } from '../tabs/event-log.js';

export interface SessionOptions {
  platform: Platform;
  account: Account;
  credentials: Credentials;
  store: Store;
  /** What the store has of earlier sends. */
  outbox: readonly OutboxRecord[];
  /** … and of how far its streams were taken. */
  progress: Progress | undefined;
  /** `ctime_ms` of the newest message in it; 0 if there is none. */
  keptUpTo: number;
  /** What the server answered to the login. */
  login: LoginAnswer;
  nextSeq(): number;
  /** What has happened to the account: a session that lapsed hands it on to the next one. */
  events: EventLog;
  log(text: string): void;
  /** @param lapsed nobody ended it: its last tab had gone */
  onEnded(lapsed: boolean): void;
  /** Nothing of it is left to be written: the account is free for another worker. */
  onClosed(): void;
}
