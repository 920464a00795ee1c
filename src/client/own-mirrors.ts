/** Mirrors that a tab makes itself, because no worker can report them. Their version is 0. */
import { IDLE, type Mirror } from '../protocol/tab.js';

/** The state before the first report of a worker. */
export const NOTHING: Mirror = {
  version: 0,
  state: IDLE,
  initialised: false,
  active: null,
  restore: { auth: null, rooms: [], login: null },
};

/** The state after a log-out that no worker has answered. A worker that starts meanwhile restores the session, and so ends it for every tab. */
export const leaving = ({ restore }: Mirror): Mirror => Object.assign({}, NOTHING, { restore });

/** The state of a tab whose account has gone to a worker with a newer protocol. */
export function outdated({ state: { appkey, username } }: Mirror): Mirror {
  const ended = { state: 'ended', reason: 'superseded', appkey, username } as const;
  return Object.assign({}, NOTHING, { state: Object.assign({}, IDLE, ended) });
}

/** The state of a logged-in account without a worker. @param retryAt the time of the next try to start one */
export function waiting(mirror: Mirror, retryAt: number | undefined): Mirror {
  const lost = { state: 'waiting', connected: false, synced: false, retryAt } as const;
  return Object.assign({}, mirror, { version: 0, state: Object.assign({}, mirror.state, lost) });
}
