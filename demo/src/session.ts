/**
 * The page's session: logging in, joining one that another tab has, leaving.
 *
 * The runtime keeps the connection up by itself; all that the page owes it is a signed payload when it asks, and honesty on the screen.
 */
import demo from '../accounts.json';
import { CODES, codeOf, type InitParams, JMessage, type StateSnapshot } from './jmessage.js';
import { type Account, forgetAccount, readMarks, rememberAccount, rememberedAccount } from './remember.js';
import { getState, NO_ACCOUNT, update, updateChat } from './store.js';
import { explain, stringsOf } from './strings.js';

/** `?appkey=` is for a gateway that has been started with an application of one's own. */
export const APPKEY = new URLSearchParams(location.search).get('appkey') ?? demo.appkey;
/** A tab that is opened with it does not join the last session but asks who it is for. */
export const ASK_WHO_HASH = '#log-in';

/** What an application's own server answers once it knows who is asking; the demo's gateway does, under `--dev`. */
async function fetchAuth(): Promise<InitParams> {
  const url = `${location.origin}/dev/auth?appkey=${encodeURIComponent(APPKEY)}`;
  const response = await fetch(url, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const payload: InitParams = await response.json();
  // Roaming: each page gets the recent history of all conversations.
  return { ...payload, flag: 1 };
}

export const JIM = new JMessage({ address: location.origin, auth: fetchAuth });

const accountOf = (username: string): Account => ({ appkey: APPKEY, username });

/** Whose state the page holds. */
export function account(): Account | undefined {
  const { username } = getState();
  return username === null ? undefined : accountOf(username);
}

/** Before the call that lets messages in: they can come before its answer does. */
function prepare(username: string): void {
  if (username !== getState().username) update(NO_ACCOUNT);
  update({ username, readMarks: readMarks(accountOf(username)), notice: '' });
}

function enter(username: string): void {
  rememberAccount(accountOf(username));
  update({ phase: 'signedIn' });
  if (location.hash === ASK_WHO_HASH) history.replaceState(null, '', '#/');
  void loadOverview(username);
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
  update({ ...NO_ACCOUNT, phase: 'signedOut', open: null, notice });
}

/** After an end that was not asked for: to the form, so that another account can be used. */
export const giveUp = (): void => leave('');

/** Hands the worker a fresh signature when it could get none by itself. */
export async function renewSignature(): Promise<void> {
  await JIM.init(await fetchAuth());
}

/** Names and profile. Neither is worth stopping for: without them user names are shown. */
async function loadOverview(username: string): Promise<void> {
  const [list, self] = await Promise.allSettled([JIM.getConversation(), JIM.getUserInfo({ username })]);
  if (getState().username !== username) return;
  if (self.status === 'fulfilled') update({ profile: self.value.user_info });
  if (list.status === 'rejected') return;
  for (const conversation of list.value.conversations) {
    const other = conversation.username ?? conversation.name;
    // What this page has learnt of groups is nothing.
    if (conversation.type !== 3) continue;
    updateChat(other, (chat) => ({
      nickname: conversation.nickname || chat.nickname,
      mtime: conversation.mtime,
    }));
  }
}

/** @throws what `updateSelfInfo` failed with */
export async function saveProfile(nickname: string, signature: string): Promise<void> {
  await JIM.updateSelfInfo({ nickname, signature });
  const { profile } = getState();
  if (profile !== null) update({ profile: { ...profile, nickname, signature } });
}

function onStateChange(connection: StateSnapshot): void {
  const { outage, phase, language } = getState();
  const isOver = connection.state === 'ended' || connection.state === 'idle';
  update({
    connection,
    outage: connection.state === 'waiting' || (outage && !connection.synced && !isOver),
  });
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
    update({ ...NO_ACCOUNT, phase: 'signedOut', notice });
  }
}
