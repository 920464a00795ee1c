/** A snapshot of the runtime, for people who look for a fault. It holds no message contents and no secrets. */

import type { StateSnapshot } from './state.js';

/** Home of the runtime: a SharedWorker, the worker of one leading tab, or the page itself. */
export type HostKind = 'shared' | 'leader' | 'page';

export interface Inspection {
  /** Home of the runtime. */
  host: HostKind;
  /** Version of the tab's script. */
  build: string;
  /** Name of this tab. */
  tabId: string;
  /** null: no worker answers. */
  worker: WorkerInspection | null;
}

export interface WorkerInspection {
  /** One for each start of the worker. */
  instance: string;
  /** Version of the worker's script. */
  build: string;
  /** Time of the worker's start, ms. */
  startedAt: number;
  /** The tabs. */
  tabs: TabInspection[];
  /** The accounts. */
  accounts: AccountInspection[];
  /** The last 200 lines of the worker's log. */
  log: string[];
}

export interface TabInspection {
  /** Name of the tab. */
  id: string;
  /** Account that the tab has joined. */
  username: string | null;
  /** The tab is on the screen. */
  visible: boolean;
  /** The browser has frozen the tab. */
  frozen: boolean;
  /** The tab acts for its account. */
  active: boolean;
}

export interface AccountInspection {
  /** Server. */
  address: string;
  /** Engine.IO revision of the server. */
  engine: 3 | 4;
  /** State of the connection. */
  state: StateSnapshot;
  /** Requests without an answer, oldest first. */
  openRequests: RequestInspection[];
  /** Sends in the outbox without an outcome. */
  unsent: number;
  /** Messages and answers on this device, bytes. */
  cacheBytes: number;
  /** Reason why this device keeps nothing; null: it does. */
  degraded: string | null;
}

export interface RequestInspection {
  /** Name of the event on the wire. */
  event: string;
  /** Number of the request. */
  rid: number;
  /** Transmissions without an answer so far. */
  failedTries: number;
  /** The server has received the request. */
  acked: boolean;
}
