/** Getting in: init, register, login. */
import { CAPABILITIES, CODES, failure, type OnlineDevice } from '../../../src/protocol/index.js';
import { type Answer, REPETITIVE_OPERATION, refuse, success } from '../answers.js';
import { refuseInit } from '../auth/signature.js';
import { limitOf } from '../auth/tries.js';
import type { Connection } from '../connection/connection.js';
import type { Reply } from '../connection/request.js';
import { SessionFeed } from '../connection/session-feed.js';
import { endSessions } from '../delivery/end-sessions.js';
import type { Services } from '../services/services.js';
import { type Account, isPlainName, storableText } from '../store/accounts.js';
import type { EnteredSession, Peer } from '../store/resume-tokens.js';
import { QueueFull } from '../util/fair-queue.js';
import { appkeyOf, type Handling, keyOf } from './types.js';

/** Kinds of clients of which an account may have one each at the same time. Stock web clients say 'j'. */
const NATIVE_PLATFORMS = new Set(['android', 'ios', 'pc']);
const WEB = 'web';
const HOUR_MS = 3_600_000;

export const THROTTLED = refuse(CODES.beyondFrequencyLimit, 'too many tries: wait a minute');

/** This gateway's extensions of the original protocol. */
export const CAN = { capabilities: Object.values(CAPABILITIES) };

/** @param said `fromPlatForm` */
export function platformOf(said: string | undefined): string {
  return said !== undefined && NATIVE_PLATFORMS.has(said) ? said : WEB;
}

export async function init({ services, connection, payload }: Handling<'c_init'>): Promise<Reply> {
  const { apps, settings, now } = services;
  if (connection.init) {
    const same = JSON.stringify(connection.init) === JSON.stringify(payload);
    return { answer: same ? success(CAN) : REPETITIVE_OPERATION };
  }
  const refused = refuseInit(payload, apps, now(), settings);
  if (refused) return { answer: refused };
  connection.init = payload;
  return { answer: success(CAN) };
}

export async function register(handling: Handling<'register'>): Promise<Reply> {
  const { services, connection, payload, turn } = handling;
  const { username, password, is_md5: _, media_id: avatar, ...fields } = payload;
  const profile = { ...fields, avatar };
  if (connection.session) return { answer: refuse(CODES.logOutBeforeRegister) };
  if (!isPlainName(username)) {
    return { answer: refuse(CODES.invalidValue, 'register: username has characters that no name can have') };
  }
  const appkey = appkeyOf(connection);
  const { accounts, requests } = services.store;
  const key = keyOf(handling, [appkey, username]);
  const answer = await requests.once(key, turn, async () => {
    // Ahead of the slow hash: most refusals are decided here.
    if (await accounts.find(appkey, username)) return refuse(CODES.userExists);
    const limited = await refuseRegistration(services, connection.socket.address);
    if (limited) return limited;
    const lane = { lane: connection.socket.address, isKnown: false };
    const passwordHash = await turn.aside(() => services.passwords.hash(password, lane).catch(busyOr));
    if (passwordHash === undefined) return refuse(CODES.busy);
    const kept = { key, answer: success(), nowMs: services.now() };
    const made = await accounts.create({ appkey, username, passwordHash, profile }, kept);
    return made ? kept.answer : refuse(CODES.userExists);
  });
  return { answer };
}

/** A signature is public, and accounts take room. */
async function refuseRegistration({ settings, tries }: Services, address: string): Promise<Answer | null> {
  if (settings.registration === 'open') return null;
  if (settings.registration === 'server') {
    return refuse(CODES.noPermission, 'here accounts are made by the application’s server');
  }
  return (await tries.spend(limitOf('registration', address, settings.registrationsPerHour, HOUR_MS)))
    ? null
    : failure(CODES.beyondFrequencyLimit, 'too many accounts made from here: wait');
}

/** @returns undefined where too much waits already */
export function busyOr(error: unknown): undefined {
  if (error instanceof QueueFull) return undefined;
  throw error;
}

export async function login({ services, connection, payload, turn }: Handling<'login'>): Promise<Reply> {
  const appkey = appkeyOf(connection);
  const { username, password, device } = payload;
  const { audit, loginGuard, passwords, store } = services;
  const { address } = connection.socket;
  if (connection.session && connection.session.account.username !== username) {
    return { answer: refuse(CODES.alreadyLoggedIn) };
  }
  const refused = (reason: string, answer: Answer): Reply => {
    audit.note('login_refused', { appkey, username, address, reason });
    return { answer };
  };
  const account = await store.accounts.find(appkey, username);
  if (!account) {
    const isAdmitted = await loginGuard.admitNobody(address);
    return isAdmitted ? refused('no such user', refuse(CODES.userNotExist)) : refused('throttled', THROTTLED);
  }
  const { uid } = account;
  const admitted = await turn.aside(() => loginGuard.admit({ uid, address, device }));
  if (!admitted) return refused('throttled', THROTTLED);
  const hash = await store.accounts.passwordHash(uid);
  const isRight =
    hash !== undefined && (await turn.aside(() => passwords.verify(password, hash, admitted).catch(busyOr)));
  if (isRight === undefined) {
    admitted.cancel();
    return refused('busy', refuse(CODES.busy));
  }
  if (!isRight) {
    admitted.failed();
    return refused('wrong password', refuse(CODES.invalidPassword));
  }
  await admitted.succeeded();
  if (store.disabledAccounts.isDisabled(uid)) return refused('disabled', refuse(CODES.userDisabled));
  let resume_token: string | undefined;
  if (!connection.session && !connection.isClosed) {
    const owner = { uid, platform: platformOf(connection.init?.fromPlatForm) };
    const opened = await entering(connection, () =>
      store.resumeTokens.open(owner, device, hash, peerOf(connection), (session) =>
        enter(services, connection, account, device, session),
      ),
    );
    // It was the right one, and whoever was in with it has been shut out meanwhile.
    if (opened === 'passwordChanged') return refused('wrong password', refuse(CODES.invalidPassword));
    if (store.disabledAccounts.isDisabled(uid)) return refused('disabled', refuse(CODES.userDisabled));
    if (opened !== 'notEntered') {
      resume_token = opened.token;
      services.nodes?.seatsChanged(uid);
    }
  } else if ((await store.accounts.passwordHash(uid)) !== hash) {
    return refused('wrong password', refuse(CODES.invalidPassword));
  }
  return {
    answer: success({
      uid,
      username,
      appkey,
      online_list: await othersOf(services, connection, account),
      ...(resume_token !== undefined && { resume_token }),
    }),
  };
}

/** A session is entered before its transaction is committed, see `ResumeTokens`: if that fails, the session goes with it. */
export async function entering<T>(connection: Connection, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    connection.giveUp('its session could not be stored');
    throw error;
  }
}

export const peerOf = ({ socket }: Connection): Peer => ({
  address: socket.address,
  agent: storableText(socket.agent),
});

/** @returns whether it was: not by an account that is shut out, or for a client that has gone */
export function enter(
  services: Services,
  connection: Connection,
  account: Account,
  device: string | undefined,
  session: EnteredSession,
): boolean {
  const { presence, settings, store, log } = services;
  if (connection.isClosed || store.disabledAccounts.isDisabled(account.uid)) return false;
  const platform = platformOf(connection.init?.fromPlatForm);
  const feed = new SessionFeed(
    account.uid,
    platform,
    store,
    {
      push: (event, payload, messages) => {
        connection.costs.allowAcknowledgements(messages);
        connection.push(event, payload);
      },
      pushLive: (messages) => {
        connection.costs.allowAcknowledgements(messages.length);
        connection.pushJson('msg_sync', `{"messages":[${messages.join()}]}`);
      },
      turn: (work) => connection.turn(work),
      drained: () => connection.socket.drained(),
      giveUp: (reason) => connection.giveUp(reason),
      isOpen: () => !connection.isClosed,
    },
    settings,
  );
  connection.socket.onClose(() => feed.close());
  connection.enter({ ...session, account, platform, feed, device });
  const displaced = presence.enter(account.uid, platform, connection);
  services.nodes?.entered(connection);
  const isTheSame = device !== undefined && displaced?.session?.device === device;
  // The client's own earlier socket, whose end has not been noticed: it has not been thrown out.
  if (isTheSame) displaced.socket.close();
  else if (displaced) endSessions(services, displaced, account, 'otherLogin');
  // Only clients without a device may never ask for what they missed. To any other one nothing comes before its sync, however slow it is.
  if (device !== undefined) return true;
  const graceTimer = setTimeout(() => {
    feed.goLive().catch((error: unknown) => {
      log.error({ socket: connection.id, err: error }, 'going live failed');
      connection.giveUp('what it was to be sent could not be read');
    });
  }, settings.syncGraceMs);
  connection.socket.onClose(() => clearTimeout(graceTimer));
  return true;
}

export async function othersOf(
  services: Services,
  connection: Connection,
  { uid }: Account,
): Promise<OnlineDevice[]> {
  const { presence, now } = services;
  const mine = connection.session?.platform;
  const here = [...presence.of(uid)]
    .filter(([, other]) => other !== connection)
    .map(([platform]) => platform);
  const elsewhere = (await services.live.elsewhere(uid)).map(({ platform }) => platform);
  // A session of this platform is the one that this login replaces.
  const platforms = new Set([...here, ...elsewhere.filter((platform) => platform !== mine)]);
  return [...platforms].map((platform) => ({
    platform,
    mtime: Math.floor(now() / 1_000),
    isOnline: true,
    isLogin: true,
    flag: 1,
  }));
}
