/** Ending sessions that must not go on: each receives the reason as a live-only event, and is closed. */
import { EVENT } from '../../../src/protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { Account } from '../store/accounts.js';
import { wireEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import type { Presence } from './presence.js';

/** Type and `extra` of the event that says why. */
export const REASONS = {
  otherLogin: { event_type: EVENT.otherLogin, extra: 0 },
  disabled: { event_type: EVENT.otherLogin, extra: 1 },
  passwordChanged: { event_type: EVENT.passwordChanged, extra: 0 },
} as const;

interface Delivering {
  store: Pick<Store, 'messageIds'>;
}

export type Reason = keyof typeof REASONS;

export function endSessions(
  { store }: Delivering,
  connection: Connection,
  account: Account,
  reason: Reason,
): void {
  const { username, appkey, profile } = account;
  const to_usernames = [{ username, appkey, nickname: profile.nickname ?? '' }];
  const event = { ...REASONS[reason], from: account, to_usernames };
  connection.push('event_notification', wireEvent(store.messageIds.next(), event));
  connection.socket.close();
}

/** Ends every session of the account, on all nodes: those of others by its seats, which the caller has ended in the database. */
export function endAllSessions(
  services: Delivering & {
    presence: Presence<Connection>;
    nodes: { seatsChanged(uid: number): void } | undefined;
  },
  account: Account,
  reason: Reason,
): void {
  for (const connection of services.presence.of(account.uid).values()) {
    endSessions(services, connection, account, reason);
  }
  services.nodes?.seatsChanged(account.uid);
}
