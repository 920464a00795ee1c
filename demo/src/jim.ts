/** The page's one instance of the SDK, and where its signed payload comes from. */
import demo from '../accounts.json';
import { type InitParams, JMessage } from './jmessage.js';
import type { Account } from './remember.js';
import { getState } from './store.js';

/** `?appkey=` is for a gateway that has been started with an application of one's own. */
export const APPKEY = new URLSearchParams(location.search).get('appkey') ?? demo.appkey;

/** What an application's own server answers once it knows who is asking; the demo's gateway does, under `--dev`. */
export async function fetchAuth(): Promise<InitParams> {
  const url = `${location.origin}/dev/auth?appkey=${encodeURIComponent(APPKEY)}`;
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const payload: InitParams = await response.json();
  // Roaming: each page gets the recent history of all conversations.
  return { ...payload, flag: 1 };
}

export const JIM = new JMessage({ address: location.origin, auth: fetchAuth });

/** Whose state the page holds. */
export function account(): Account | undefined {
  const { username } = getState();
  return username === null ? undefined : { appkey: APPKEY, username };
}
