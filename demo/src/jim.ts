/**
 * The page's instances of the SDK, each with its store: a seat for each account that is live here. One of them is on the screen, and the others
 * receive as it does. `JIM` and `CHATS` are those of the account on the screen. All share the worker, with one connection for each account.
 */
import demo from '../accounts.json';
import type { ChatId } from './chats.js';
import { type ChatStore, createChatStore, type InitParams, JMessage } from './jmessage.js';
import type { Account } from './remember.js';
import { getState, NO_ACCOUNT, type State } from './store.js';

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

export interface Seat {
  readonly jim: JMessage;
  /** Messages, conversations, unread counts, invitations and the outbox. */
  readonly chats: ChatStore;
  /** undefined before the login. */
  username: string | undefined;
  nickname: string;
  /** media_id, or ''. */
  avatar: string;
  /** The conversation that was on the screen last. */
  open: ChatId | null;
  /** Profiles that were known when it was on the screen last. */
  people: State['people'];
}

const seats: Seat[] = [];
const followers: ((seat: Seat) => void)[] = [];

/** The account on the screen. */
export let SEAT = takeSeat();
export let JIM = SEAT.jim;
export let CHATS = SEAT.chats;

/** A place for another account. */
export function takeSeat(): Seat {
  const jim = new JMessage({ address: location.origin, auth: fetchAuth });
  const chats = createChatStore(jim);
  const { people } = NO_ACCOUNT;
  const seat: Seat = { jim, chats, username: undefined, nickname: '', avatar: '', open: null, people };
  seats.push(seat);
  for (const follow of followers) follow(seat);
  return seat;
}

/** Calls back for each seat, once, as soon as there is one. */
export function followSeats(follow: (seat: Seat) => void): void {
  followers.push(follow);
  for (const seat of seats) follow(seat);
}

export function showSeat(seat: Seat): void {
  SEAT = seat;
  JIM = seat.jim;
  CHATS = seat.chats;
}

/** The account stays logged in for other tabs. */
export function closeSeat(seat: Seat): void {
  seats.splice(seats.indexOf(seat), 1);
  seat.chats.close();
  seat.jim.destroy();
}

/** A reload begins with the account on the screen. */
export function orderSeats(usernames: readonly string[]): void {
  const place = ({ username = '' }: Seat) => usernames.indexOf(username);
  seats.sort((a, b) => place(a) - place(b));
}

export const isShown = (seat: Seat): boolean => seat === SEAT;

/** The seats with an account, in the order of their logins. */
export const takenSeats = (): (Seat & { username: string })[] =>
  seats.filter((seat): seat is Seat & { username: string } => seat.username !== undefined);

export const seatOf = (username: string): Seat | undefined =>
  seats.find((seat) => seat.username === username);

/** The account of the page's state. */
export function account(): Account | undefined {
  const { username } = getState();
  return username === null ? undefined : { appkey: APPKEY, username };
}
