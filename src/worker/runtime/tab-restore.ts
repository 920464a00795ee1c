/** Restores the session of a tab that comes from an earlier worker, or from the back/forward cache. */
import { type AccountEvent, type EndReason, EVENT, IDLE, type Restore } from '../../protocol/worker.js';
import { keyOf } from '../connection/pending-connections.js';
import type { Session, SessionTab } from '../session/session.js';
import type { TabPosition } from '../session/tab-catch-up.js';
import { type Clock, delay } from '../util/clock.js';
import type { SessionRegistry } from './session-registry.js';
import { accountOf, isPasswordOf } from './tab-accounts.js';

/** How long a tab without credentials waits for another tab to restore the session. */
const REJOIN_TIMEOUT_MS = 5_000;
const REJOIN_POLL_MS = 100;

/** The events of V2 that announce an end. */
const EVENT_OF_END: Partial<Record<EndReason, (typeof EVENT)['otherLogin' | 'passwordChanged']>> = {
  other_login: EVENT.otherLogin,
  password_changed: EVENT.passwordChanged,
};

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
  const { appkey, username, digest, resume, joined, since: stored = 0 } = login;
  tab.joined = joined;
  tab.since = stored;
  // A tab with roaming and without a message does not have the history either.
  const position = { ...since, newestMs: since.newestMs || (tab.roaming ? 0 : joined.ctime_ms || stored) };
  tab.knowsDigest = digest !== null;
  const account = accountOf(tab, appkey, username, digest ?? '');
  const until = clock.now() + REJOIN_TIMEOUT_MS;
  while (!tab.gone) {
    const session = await sessions.turns.run(keyOf(account), async () => {
      const live = sessions.last(account);
      const canReopen = digest !== null || resume !== null;
      if (live || !canReopen || sessions.endingOf(account)) return live;
      return sessions.reopen(account, auth, resume);
    });
    if (session && (await hasFollowed(tab, session, clock))) return;
    // It may have ended since: the next turn finds how.
    if (session?.ended) continue;
    if (session && isPasswordOf(session, digest)) {
      session.restoreRooms(tab, rooms);
      return session.join(tab, position);
    }
    if (session || digest !== null || clock.now() > until) break;
    await delay(clock, REJOIN_POLL_MS);
  }
  const ending = sessions.endingOf(account);
  tab.leave(ending ?? { ...IDLE, state: 'ended', reason: 'host_lost', appkey, username });
  tab.auth = ending ? null : tab.auth;
  tab.deliver(eventsOfEnd(ending?.reason, nextSeq(), clock.now()));
}

/**
 * Another worker has taken the session over: the tab follows, and its calls wait for that worker. No tab takes the account back by itself, or
 * two workers with a tab each would go on for ever.
 */
export async function hasFollowed(tab: SessionTab, { state }: Session, clock: Clock): Promise<boolean> {
  const to = state.movedTo;
  if (!to) return false;
  tab.post({ kind: 'moved', to });
  while (!tab.gone) await delay(clock, REJOIN_POLL_MS);
  return true;
}

/** The event by which V2 announces the end, for a tab that was not there. */
function eventsOfEnd(reason: EndReason | undefined, seq: number, ctime_ms: number): AccountEvent[] {
  const event_type = reason && EVENT_OF_END[reason];
  if (event_type) {
    const data = { event_id: ctime_ms, event_type, extra: 0, ctime: Math.floor(ctime_ms / 1_000), ctime_ms };
    return [{ seq, listener: 'onEventNotification', data }];
  }
  const isKnown = reason === 'logged_out' || reason === 'superseded';
  return isKnown ? [] : [{ seq, listener: 'onDisconnect', data: undefined }];
}
