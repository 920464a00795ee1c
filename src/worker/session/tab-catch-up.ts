/** What a tab is told of an account when it joins the session: the rest of it if it was here before, else what has been so far. */

import type { Inbox } from '../inbox/inbox.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab } from '../tabs/tab.js';

/** Up to where a tab has been told everything. */
export interface Heard {
  /** The last event of this worker; 0 if the tab comes from another one. */
  seq: number;
  /** `ctime_ms` of the newest message, by whomever; 0 if there was none. */
  newestMs: number;
}

export interface CatchUpParts {
  audience: SessionTabs;
  inbox: Inbox;
  /** Whether the session has been through a sync. */
  hasSynced: boolean;
  /** The first sync will bring the whole history by itself. */
  isToldByTheServer: boolean;
  /** Resolves when a sync is through, or will not be just now. */
  caughtUp(): Promise<void>;
}

/** @param heard null if it is new to the account */
export function catchUp(tab: Tab, heard: Heard | null, parts: CatchUpParts): void {
  if (!heard) return welcome(tab, parts);
  const { audience, inbox } = parts;
  if (heard.seq > 0 && audience.comeBack(tab, heard.seq)) return;
  audience.returned(tab);
  const earlier = audience.soFar(tab, heard.seq);
  const take = audience.markFor(tab, earlier, earlier);
  if (heard.newestMs > 0) inbox.since(heard.newestMs, take);
  else if (tab.roaming) inbox.snapshot(take);
  else take([]);
}

function welcome(tab: Tab, { audience, inbox, hasSynced, isToldByTheServer, caughtUp }: CatchUpParts): void {
  // Before the first sync all that the session has heard is news to it; later, what no page has been handed.
  const heard = hasSynced ? [] : audience.soFar(tab);
  const { missed, events } = hasSynced ? audience.undeliveredTo(tab) : { missed: heard, events: heard };
  const take = audience.markFor(
    tab,
    // An outage before its time is none of its business, and the history that it gets has the messages.
    events.filter(({ listener }) =>
      hasSynced ? !(tab.roaming && listener === 'onSyncConversation') : listener !== 'onDisconnect',
    ),
    missed,
  );
  tab.joinedMs = inbox.newestMs;
  if (!tab.roaming || (!hasSynced && isToldByTheServer)) take([]);
  // What is missed goes in between: so the history waits for it, unless it cannot come.
  else void caughtUp().then(() => inbox.snapshot(take));
}
