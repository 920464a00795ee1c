/** The events that a tab gets when it joins. A returning tab gets those that it missed, a new one those since the session began. */
import type { Inbox } from '../inbox/inbox.js';
import type { StreamProgress } from '../inbox/stream-progress.js';
import { BEGINNING } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab } from '../tabs/tab.js';
import type { PeriodicSync } from './periodic-sync.js';
import type { SessionState } from './session-state.js';

/** The latest that a tab has of an account. */
export interface TabPosition {
  /** The `seq` of the last event of this worker; 0 if the tab comes from another one. */
  seq: number;
  /** `ctime_ms` of the newest message, own ones included; 0 if there was none. */
  newestMs: number;
}

interface CatchUpParts {
  tabs: SessionTabs;
  inbox: Inbox;
  progress: StreamProgress;
  sync: PeriodicSync;
  state: SessionState;
}

/** @param position null for a tab that is new to the account */
export function catchUp(tab: Tab, position: TabPosition | null, parts: CatchUpParts): void {
  if (!position) return welcome(tab, parts);
  const { tabs, inbox } = parts;
  if (position.seq > 0 && tabs.resume(tab, position.seq)) return;
  const { missed, events } = tabs.missedByReturned(tab, position.seq);
  const deliver = tabs.holdForHistory(tab, events, missed);
  // A tab without roaming was never given the messages from before it joined.
  if (position.newestMs > 0) inbox.since(position.newestMs, tab.roaming ? BEGINNING : tab.joined, deliver);
  else if (tab.roaming) inbox.snapshot(deliver);
  else deliver([]);
}

function welcome(tab: Tab, { tabs, inbox, progress, sync, state }: CatchUpParts): void {
  // Until the first sync a new tab gets every event of the session; later, the pushes that no page has handled.
  const { hasSynced } = sync;
  const earlier = hasSynced ? [] : tabs.eventsFor(tab);
  const { missed, events } = hasSynced ? tabs.undeliveredTo(tab) : { missed: earlier, events: earlier };
  const deliver = tabs.holdForHistory(
    tab,
    // An outage from before it joined is not for the tab, and its history holds the messages.
    events.filter(({ listener }) =>
      hasSynced ? !(tab.roaming && listener === 'onSyncConversation') : listener !== 'onDisconnect',
    ),
    missed,
  );
  // Without roaming, a first sync brings pushes that no page has handled, though an earlier worker may have persisted them. They are for this tab
  // in any later worker too. With roaming they are in its history.
  tab.joined = hasSynced || tab.roaming ? inbox.newest : BEGINNING;
  tab.since = inbox.newest.ctime_ms + 1;
  // The server's first sync brings the whole history to every tab.
  if (!tab.roaming || (!hasSynced && progress.isAtStart)) deliver([]);
  // The history waits for missed messages, which belong into it, unless they cannot come soon.
  else void state.caughtUp().then(() => inbox.snapshot(deliver));
}
