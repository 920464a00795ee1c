/** The page's one instance of the SDK, its store, and the source of its signed payload. */
import demo from '../accounts.json';
import { createChatStore, type InitParams, JMessage } from './jmessage.js';
import type { Account } from './remember.js';
import { getState } from './store.js';

/** `?appkey=` is for a gateway with another application. */
export const APPKEY = new URLSearchParams(location.search).get('appkey') ?? demo.appkey;

/** In production, the application's own server answers this after it has identified the user. Here the gateway does, under `--dev`. */
export async function fetchAuth(): Promise<InitParams> {
  const url = `${location.origin}/dev/auth?appkey=${encodeURIComponent(APPKEY)}`;
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const payload: InitParams = await response.json();
  // With roaming each page gets the recent history of all conversations.
  return { ...payload, flag: 1 };
}

export const JIM = new JMessage({ address: location.origin, auth: fetchAuth });

/** Messages, conversations, unread counts and the outbox. */
export const CHATS = createChatStore(JIM);

/** The account of the page's state. */
export function account(): Account | undefined {
  const { username } = getState();
  return username === null ? undefined : { appkey: APPKEY, username };
}
