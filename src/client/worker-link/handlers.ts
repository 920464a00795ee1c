/** The messages of a worker, and the parts of a tab that receive them. */
import type {
  AccountEvent,
  AccountName,
  ConversationId,
  Mirror,
  Restore,
  TabMessage,
  WorkerAddress,
} from '../../protocol/tab.js';
import type { Host } from './hosts/host.js';

export interface LinkHandlers {
  /** @param handed must be called when the application has received them */
  onEvents(events: AccountEvent[], handed: () => void): void;
  onMirror(mirror: Mirror): void;
  /** The tab has joined this account: later messages belong to it. */
  onAccount(account: AccountName, logouts: number): void;
  onAck(callId: string, rid: number, data: unknown): void;
  onQueued(callId: string, rid: number): void;
  onProgress(callId: string, loaded: number, total: number): void;
  onUnread(counts: [ConversationId, number][]): void;
  /** A worker has been reached: its state replaces that of an earlier one. */
  onOpened(): void;
  /** Events are missing and cannot be recovered. */
  onGap(): void;
  /** The worker asks this page for a fresh signature. */
  onAuth(): void;
  onLog(level: 'debug' | 'warn', text: string): void;
  /**
   * The worker could not be started again.
   * @param retryAt time of the next try, ms since 1970; undefined: no worker has ever been reached
   */
  onGivenUp(reason: string, retryAt: number | undefined): void;
  /** The account has another build's worker now, with which this tab cannot speak. */
  onOutdated(): void;
  /** The host of another worker; `isWedged`: of the successor of that worker. */
  hostOf(at: WorkerAddress, isWedged: boolean): Host;
  /** The state with which a worker restores the tab. */
  restore(): Restore;
}

/** The messages that the link itself looks into. */
type Inner = 'events' | 'uploaded' | 'moved';

/** Hands a message to its receiver. */
export function dispatch(message: Exclude<TabMessage, { kind: Inner }>, handlers: LinkHandlers): void {
  switch (message.kind) {
    case 'mirror':
      return handlers.onMirror(message.mirror);
    case 'account':
      return handlers.onAccount(message.account, message.logouts);
    case 'ack':
      return handlers.onAck(message.callId, message.rid, message.data);
    case 'queued':
      return handlers.onQueued(message.callId, message.rid);
    case 'progress':
      return handlers.onProgress(message.callId, message.loaded, message.total);
    case 'unread':
      return handlers.onUnread(message.counts);
    case 'gap':
      return handlers.onGap();
    case 'auth':
      return handlers.onAuth();
    case 'log':
      return handlers.onLog(message.level, message.text);
  }
}
