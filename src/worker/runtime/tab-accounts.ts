/** The account that a tab names, at the server of its settings. */
import type { AccountName, Call } from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { Target } from '../connection/pending-connections.js';
import type { Session, SessionTab } from '../session/session.js';

/** @param digest '' if the tab does not have it */
export function accountOf(tab: SessionTab, appkey: string, username: string, digest = ''): Account {
  const { address, engine } = tab.settings;
  return { key: `${address}|${appkey}|${username}`, address, engine, appkey, username, digest };
}

export function targetOf({ settings: { address, engine } }: SessionTab, appkey: string): Target {
  return { address, engine, appkey };
}

/** Whether a digest is the session's, as far as this worker knows; null: the tab never had it. */
export const isPasswordOf = ({ account }: Session, digest: string | null): boolean =>
  digest === null || account.digest === '' || account.digest === digest;

export const isOf = (session: Session | null, { appkey, username }: AccountName): session is Session =>
  session?.account.appkey === appkey && session.account.username === username;

/** The account that the tab had when it made the call. A call from before the tab joined names none, and may have been sent by an earlier worker. */
export function accountOfCall({ account, again }: Call, { ended }: SessionTab): AccountName | undefined {
  if (account || !again || !ended) return account;
  const { appkey, username } = ended;
  return appkey && username ? { appkey, username } : undefined;
}
