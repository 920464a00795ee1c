/**
 * The page's session: logging in, joining one that another tab has, leaving.
 *
 * The runtime keeps the connection up by itself; all that the page owes it is a signed payload when it asks, and honesty on the screen.
 */
import { loadFriends } from './friends.js';
import { loadGroups } from './groups.js';
import { APPKEY, account, fetchAuth, JIM } from './jim.js';
import { CODES, codeOf, type StateSnapshot } from './jmessage.js';
import { loadOutbox } from './outbox.js';
import { loadConversations, loadProfile } from './people.js';
import { forgetReported, lookAtOpen } from './reading.js';
import { forgetAccount, rememberAccount, rememberedAccount, rememberedInvitations } from './remember.js';
import { forgetOutgoing } from './sending.js';
import { getState, NO_ACCOUNT, update } from './store.js';
import { explain, stringsOf } from './strings.js';

/** A tab that is opened with it does not join the last session but asks who it is for. */
export const ASK_WHO_HASH = '#log-in';

/** Before the call that lets messages in: they can come before its answer does. */
function prepare(username: string): void {
  if (username !== getState().username) forgetState();
  const invitations = rememberedInvitations({ appkey: APPKEY, username });
  update({ username, invitations, notice: '' });
}

function forgetState(): void {
  forgetReported();
  forgetOutgoing();
  update(NO_ACCOUNT);
}

function enter(username: string): void {
  rememberAccount({ appkey: APPKEY, username });
  update({ phase: 'signedIn' });
  if (location.hash === ASK_WHO_HASH) history.replaceState(null, '', '#/');
  lookAtOpen();
  load(username);
}

/** None of it is worth stopping for: without it user names are shown. */
function load(username: string): void {
  void Promise.allSettled([
    loadConversations().then(loadOutbox),
    loadProfile(username),
    loadGroups(),
    loadFriends(),
  ]);
}

/** @throws what `init` or `login` failed with */
export async function logIn(username: string, password: string): Promise<void> {
  // A payload is good for ten minutes, and somebody may have left the form open for longer.
  await JIM.init(await fetchAuth());
  prepare(username);
  await JIM.login({ username, password });
  enter(username);
}

/** @throws what `init`, `register` or `login` failed with */
export async function registerAndLogIn(username: string, password: string): Promise<void> {
  await JIM.init(await fetchAuth());
  await JIM.register({ username, password });
  await logIn(username, password);
}

export function logOut(): void {
  JIM.loginOut();
  leave('');
}

/** Back to the form, with nothing of the account left on the page. */
function leave(notice: string): void {
  const current = account();
  if (current !== undefined) forgetAccount(current);
  history.replaceState(null, '', '#/');
  forgetState();
  update({ phase: 'signedOut', open: null, panel: 'chats', notice });
}

/** After an end that was not asked for: to the form, so that another account can be used. */
export const giveUp = (): void => leave('');

/** Hands the worker a fresh signature when it could get none by itself. */
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

/** Joins the session that was here before a reload or is in another tab, or else asks who it is. */
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
