/**
 * The page's session: log in, join another tab's session, log out.
 *
 * The runtime maintains the connection by itself. The page provides a signed payload on request, and shows the connection's state.
 */
import { forgetChats, recallDrafts, redraw } from './chat-list.js';
import { loadFriends } from './friends.js';
import { loadGroups } from './groups.js';
import { APPKEY, account, fetchAuth, JIM } from './jim.js';
import { CODES, codeOf, type StateSnapshot } from './jmessage.js';
import { loadProfile } from './people.js';
import { forgetReported, lookAtOpen } from './reading.js';
import {
  forgetAccount,
  forgetDrafts,
  rememberAccount,
  rememberedAccount,
  rememberedInvitations,
} from './remember.js';
import { getState, NO_ACCOUNT, update } from './store.js';
import { explain, stringsOf } from './strings.js';

/** A tab that is opened with it shows the login instead of joining the last session. */
export const ASK_WHO_HASH = '#log-in';

/** Runs before the call that starts the messages, because they can arrive before its answer. */
function prepare(username: string): void {
  if (username !== getState().username) forgetState();
  const invitations = rememberedInvitations({ appkey: APPKEY, username });
  update({ username, invitations, notice: '' });
  recallDrafts();
}

function forgetState(): void {
  forgetReported();
  forgetChats();
  update(NO_ACCOUNT);
}

function enter(username: string): void {
  rememberAccount({ appkey: APPKEY, username });
  // Without a connection the device's data are shown.
  update({ phase: 'signedIn', fromCache: !JIM.getState().connected });
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

/** Returns to the form and clears the account's data from the page. */
function leave(notice: string): void {
  const current = account();
  if (current !== undefined) {
    forgetAccount(current);
    forgetDrafts(current);
  }
  history.replaceState(null, '', '#/');
  forgetState();
  update({ phase: 'signedOut', open: null, panel: 'chats', notice });
}

/** Returns to the form after an unrequested end, so that another account can be used. */
export const giveUp = (): void => leave('');

/** Gives the worker a fresh signature that it could not get by itself. The worker then connects at once. */
export async function connectNow(): Promise<void> {
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

/** Shows the login and leaves the session alone. Its outbox and drafts stay, and it can be continued without a password. */
export function switchAccount(): void {
  location.hash = ASK_WHO_HASH;
  location.reload();
}

/** Continues a session of this browser. @throws the failure of `attach` */
export async function continueAs(username: string): Promise<void> {
  prepare(username);
  try {
    await JIM.attach({ appkey: APPKEY, username });
    enter(username);
  } catch (error) {
    forgetState();
    if (codeOf(error) === CODES.nothingToAttach) forgetAccount({ appkey: APPKEY, username });
    throw error;
  }
}

/** Joins the session from before a reload or of another tab, or shows the login. */
export async function start(): Promise<void> {
  JIM.onStateChange(onStateChange);
  const last = location.hash === ASK_WHO_HASH ? undefined : rememberedAccount(APPKEY);
  if (last === undefined) {
    update({ phase: 'signedOut' });
    return;
  }
  prepare(last.username);
  try {
    await JIM.attach(last);
    enter(last.username);
  } catch (error) {
    const strings = stringsOf(getState().language);
    const isGone = codeOf(error) === CODES.nothingToAttach;
    const notice = isGone ? strings.sessionGone : explain(error, strings);
    forgetState();
    update({ phase: 'signedOut', notice });
  }
}
