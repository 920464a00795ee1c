/** The record of a walk: its tabs and their logins, its sends with their outcomes, and its trail of steps. */
import type { OutboxEntry, Outcome } from '../../../../src/protocol/index.js';
import type { ClientTab } from '../../fakes/client-tab.js';

export const USERS = ['alice', 'bob'] as const;

export interface Member {
  tab: ClientTab;
  /** In the back/forward cache, or frozen. */
  away: boolean;
  frozen: boolean;
  /** Its account, and the number of messages at its login. `whole`: it cannot have missed a message since. */
  login: { username: string; messages: number; whole: boolean } | undefined;
}

export class WalkRecord {
  readonly members: Member[] = [];
  /** Tabs of the whole walk, those that have gone as well. */
  readonly tabs: ClientTab[] = [];
  /** The outcome of each text: undefined while its call is open. */
  readonly sends = new Map<string, Outcome | undefined>();
  /** When each text was reported as not sent. */
  readonly reported = new Map<string, number>();
  readonly retried = new Set<string>();
  /** The texts that each tab had sent again, which it knows of its own call. */
  readonly retriedBy = new Map<ClientTab, Set<string>>();
  /** The texts that were reported as sent since the last check. */
  readonly sent: string[] = [];
  readonly trail: string[] = [];

  /** @param state of the send until now */
  noteRetry(tab: ClientTab, text: string, state: OutboxEntry['state']): void {
    if (state === 'failed') this.retried.add(text);
    this.retriedBy.set(tab, (this.retriedBy.get(tab) ?? new Set()).add(text));
  }
}
