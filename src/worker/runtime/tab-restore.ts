/** Restores the session of a tab that comes from an earlier worker, or from the back/forward cache. */
import { type AccountEvent, type EndReason, EVENT, type Restore } from '../../protocol/worker.js';
import { keyOf } from '../connection/pending-connections.js';
import type { SessionTab } from '../session/session.js';
import type { TabPosition } from '../session/tab-catch-up.js';
import { type Clock, delay } from '../util/clock.js';
import type { SessionRegistry } from './session-registry.js';
import { accountOf, isPasswordOf } from './tab-accounts.js';

/** How long a tab without credentials waits for another tab to restore the session. */
const REJOIN_TIMEOUT_MS = 5_000;
const REJOIN_POLL_MS = 100;

/** The events of V2 that announce an end. */
const EVENT_OF_END = {
  other_login: EVENT.otherLogin,
  password_changed: EVENT.passwordChanged,
} as const satisfies Partial<Record<EndReason, number>>;

interface TabRestoreParts {
  clock: Clock;
  sessions: SessionRegistry;
  nextSeq(): number;
}

/** @param since the latest that the tab has of its account */
export async function restoreTab(
  tab: SessionTab,
  { auth, rooms, login }: Restore,
  since: TabPosition,
  { clock, sessions, nextSeq }: TabRestoreParts,
): Promise<void> {
  tab.auth = auth;
  tab.roaming = auth?.flag ?? false;
  if (!login) return;
  const { appkey, username, digest, resume, joined } = login;
  tab.joined = joined;
  // A tab with roaming and without a message does not have the history either.
  const position = { ...since, newestMs: since.newestMs || (tab.roaming ? 0 : joined.ctime_ms) };
  tab.knowsDigest = digest !== null;
  const account = accountOf(tab, appkey, username, digest ?? '');
  const until = clock.now() + REJOIN_TIMEOUT_MS;
  while (!tab.gone) {
    const session = await sessions.turns.run(keyOf(account), async () => {
      const live = sessions.get(account);
      const canReopen = digest !== null || resume !== null;
      if (live || !canReopen || sessions.endingOf(account)) return live;
      return sessions.reopen(account, auth, resume);
    });
    // It may have ended since: the next turn finds how.
    if (session?.ended) continue;
    if (session && isPasswordOf(session, digest)) {
      session.restoreRooms(tab, rooms);
      return session.join(tab, position);
    }
    if (session || digest !== null || clock.now() > until) break;
    await delay(clock, REJOIN_POLL_MS);
  }
  const lost = { state: 'ended', reason: 'host_lost', connected: false, synced: false, tabs: 0 } as const;
  const ending = sessions.endingOf(account);
  tab.leave(ending ?? { ...lost, appkey, username });
  tab.auth = ending ? null : tab.auth;
  tab.deliver(eventsOfEnd(ending?.reason, nextSeq(), clock.now()));
}

/** The event by which V2 announces the end, for a tab that was not there. */
function eventsOfEnd(reason: EndReason | undefined, seq: number, ctime_ms: number): AccountEvent[] {
  if (reason !== 'other_login' && reason !== 'password_changed') {
    return reason === 'logged_out' || reason === 'superseded'
      ? []
      : [{ seq, listener: 'onDisconnect', data: undefined }];
  }
  const event_type = EVENT_OF_END[reason];
  const data = { event_id: ctime_ms, event_type, extra: 0, ctime: Math.floor(ctime_ms / 1_000), ctime_ms };
  return [{ seq, listener: 'onEventNotification', data }];
}
