/**
 * The session: logs in, joins the session of another tab or a reload, and logs out. The worker keeps the session alive through outages. The page
 * provides a signed payload on request, and shows the connection's state. Several accounts can be live in a page, and one is on the screen.
 */
import { keepSeats, loadSeat, showAccounts, showInvitations } from './accounts.js';
import { forgetChats, leaveChats, recallChats, redraw } from './chat-list.js';
import { addressOf, isChatId } from './chats.js';
import { loadFriends } from './friends.js';
import { loadGroups } from './groups.js';
import {
  APPKEY,
  account,
  closeSeat,
  fetchAuth,
  followSeats,
  isShown,
  JIM,
  orderSeats,
  SEAT,
  type Seat,
  seatOf,
  showSeat,
  takenSeats,
  takeSeat,
} from './jim.js';
import { CODES, codeOf, type StateSnapshot } from './jmessage.js';
import { loadProfile } from './people.js';
import { forgetReported, lookAtOpen, lookAway } from './reading.js';
import {
  forgetAccount,
  forgetDrafts,
  rememberAccount,
  rememberedAccount,
  rememberedSeats,
} from './remember.js';
import { getState, NO_ACCOUNT, update } from './store.js';
import { explain, stringsOf } from './strings.js';
import { forgetPictures } from './updates.js';

/** A tab that is opened with it shows the login instead of joining the last session. */
export const ASK_WHO_HASH = '#log-in';

/** Runs before the call that starts the messages, because they can arrive before its answer. */
function prepare(username: string): void {
  if (username !== getState().username) clear();
  update({ username, notice: '' });
  recallChats();
  showInvitations();
}

/** Another account is about to be shown, or none. */
function clear(): void {
  leaveChats();
  update(NO_ACCOUNT);
}

function enter(username: string): void {
  SEAT.username = username;
  rememberAccount({ appkey: APPKEY, username });
  keepSeats();
  const connection = JIM.getState();
  // Without a connection the device's data are shown.
  update({ phase: 'signedIn', connection, fromCache: !connection.connected });
  redraw();
  if (location.hash === ASK_WHO_HASH) history.replaceState(null, '', '#/');
  lookAtOpen();
  load(username);
}

/** A failure is ignored, because the page can show user names instead. */
function load(username: string): void {
  void Promise.allSettled([loadProfile(username), loadGroups(), loadFriends()]);
}

/** @throws the failure of `init` or `login` */
export async function logIn(username: string, password: string): Promise<void> {
  if (showLive(username)) return;
  // A payload is valid for ten minutes, and the form may have been open for longer.
  await JIM.init(await fetchAuth());
  prepare(username);
  await JIM.login({ username, password });
  enter(username);
}

/** @throws the failure of `init`, `register` or `login` */
export async function registerAndLogIn(username: string, password: string): Promise<void> {
  await JIM.init(await fetchAuth());
  await JIM.register({ username, password });
  await logIn(username, password);
}

export function logOut(): void {
  JIM.loginOut();
  leave('');
}

/** Clears the account's data from the page, and shows the next live account or the form. */
function leave(notice: string): void {
  const current = account();
  forgetReported();
  history.replaceState(null, '', '#/');
  clear();
  if (current !== undefined) {
    const { username } = current;
    forgetAccount(current);
    forgetDrafts(current);
    forgetChats(username);
    forgetPictures();
    const seat = SEAT;
    seat.username = undefined;
    keepSeats();
    const [next] = takenSeats();
    if (next) {
      show(next, next.username);
      // The log-out is on its way.
      setTimeout(() => closeSeat(seat));
      if (notice !== '') update({ toast: notice });
      return;
    }
  }
  update({ phase: 'signedOut', open: null, panel: 'chats', notice });
}

/** Returns to the form after an unrequested end, so that another account can be used. */
export const giveUp = (): void => leave('');

/** Gives the worker a fresh signature that it could not get by itself. The worker then connects at once. */
export async function renewSignature(): Promise<void> {
  await JIM.init(await fetchAuth());
}

function onStateChange(connection: StateSnapshot): void {
  const { outage, phase, language, fromCache, username } = getState();
  const isOver = connection.state === 'ended' || connection.state === 'idle';
  update({
    connection,
    outage: connection.state === 'waiting' || (outage && !connection.synced && !isOver),
  });
  if (connection.synced && fromCache && username !== null) {
    update({ fromCache: false });
    load(username);
  }
  if (phase === 'signedIn' && connection.state === 'ended' && connection.reason === 'logged_out') {
    leave(stringsOf(language).ended.logged_out[1]);
  }
}

/** An account that is not on the screen. One that was logged out in another tab leaves. */
function onStateElsewhere(seat: Seat, { state, reason }: StateSnapshot): void {
  const { username } = seat;
  if (username === undefined || state !== 'ended' || reason !== 'logged_out') return;
  forgetAccount({ appkey: APPKEY, username });
  forgetDrafts({ appkey: APPKEY, username });
  forgetChats(username);
  forgetPictures();
  closeSeat(seat);
  keepSeats();
}

/** The account on the screen stays live, and its conversation does not count as looked at. */
function putAside(): void {
  const { open, people } = getState();
  Object.assign(SEAT, { open, people });
  keepSeats();
  if (open !== null) lookAway(open);
  clear();
}

/** Shows the login for one more account. */
export function addAccount(): void {
  putAside();
  showSeat(takeSeat());
  history.replaceState(null, '', '#/');
  update({ phase: 'signedOut', username: null, open: null, panel: 'chats', notice: '' });
}

/** Returns from that login without one. */
export function showLast(): void {
  const [next] = takenSeats();
  if (!next) return;
  const form = SEAT;
  show(next, next.username);
  closeSeat(form);
}

/** Shows a live account. */
export function showAccount(username: string): void {
  const seat = seatOf(username);
  if (!seat || isShown(seat)) return;
  putAside();
  show(seat, username);
}

function show(seat: Seat, username: string): void {
  const { open, people } = seat;
  showSeat(seat);
  history.replaceState(null, '', open === null ? '#/' : addressOf(open));
  update({ open, panel: 'chats' });
  prepare(username);
  update({ people });
  enter(username);
}

/** @returns whether the account is live here already */
function showLive(username: string): boolean {
  const seat = seatOf(username);
  if (!seat || isShown(seat)) return false;
  const form = SEAT;
  show(seat, username);
  closeSeat(form);
  return true;
}

/** Continues a session of this browser. @throws the failure of `attach` */
export async function continueAs(username: string): Promise<void> {
  if (showLive(username)) return;
  prepare(username);
  try {
    await JIM.attach({ appkey: APPKEY, username });
    enter(username);
  } catch (error) {
    clear();
    if (codeOf(error) === CODES.nothingToAttach) forgetAccount({ appkey: APPKEY, username });
    throw error;
  }
}

/** Joins an account that was live in this tab before a reload, beside the one on the screen. */
async function continueBeside({ username, open }: ReturnType<typeof rememberedSeats>[number]): Promise<void> {
  const seat = takeSeat();
  seat.open = open !== null && isChatId(open) ? open : null;
  try {
    await seat.jim.attach({ appkey: APPKEY, username });
  } catch {
    closeSeat(seat);
    return;
  }
  seat.username = username;
  showAccounts();
  await loadSeat(seat).catch(() => undefined);
}

/** Joins the sessions from before a reload or of another tab, or shows the login. */
export async function start(): Promise<void> {
  followSeats((seat) => {
    seat.jim.onStateChange((state) => {
      if (isShown(seat)) onStateChange(state);
      else onStateElsewhere(seat, state);
    });
  });
  const last = location.hash === ASK_WHO_HASH ? undefined : rememberedAccount(APPKEY);
  if (last === undefined) {
    update({ phase: 'signedOut' });
    return;
  }
  const known = rememberedSeats(APPKEY);
  const others = known.filter(({ username }) => username !== last.username);
  prepare(last.username);
  try {
    await JIM.attach(last);
    enter(last.username);
    for (const other of others) await continueBeside(other);
    orderSeats(known.map(({ username }) => username));
    keepSeats();
  } catch (error) {
    const strings = stringsOf(getState().language);
    const isGone = codeOf(error) === CODES.nothingToAttach;
    const notice = isGone ? strings.sessionGone : explain(error, strings);
    clear();
    update({ phase: 'signedOut', notice });
  }
}
