/** Getting in: init, register, login. */
import { CAPABILITIES, CODES, failure, type OnlineDevice } from '../../../src/protocol/index.js';
import { type Answer, REPETITIVE_OPERATION, refuse, success } from '../answers.js';
import type { Connection, Reply } from '../connection.js';
import { dismiss } from '../dismiss.js';
import { Feed } from '../feed.js';
import type { Services } from '../gateway.js';
import { hashPassword, verifyPassword } from '../passwords.js';
import { refuseInit } from '../signature.js';
import { type Account, isStorableName } from '../store/accounts.js';
import { appkeyOf, type Handling, keyOf } from './types.js';

/** Kinds of clients of which an account may have one each at the same time. Stock web clients say 'j'. */
const NATIVE_PLATFORMS = new Set(['android', 'ios', 'pc']);
const WEB = 'web';

/** What this gateway can do beyond the original protocol. */
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
  const { services, connection, payload } = handling;
  const { username, password, is_md5: _, media_id: avatar, ...fields } = payload;
  const profile = { ...fields, avatar };
  if (connection.session) return { answer: refuse(CODES.logOutBeforeRegister) };
  if (!isStorableName(username)) {
    return { answer: refuse(CODES.invalidValue, 'register: username has characters that no name can have') };
  }
  const appkey = appkeyOf(connection);
  const { accounts, requests } = services.store;
  const key = keyOf(handling, [appkey, username]);
  const answer = await requests.once(key, async () => {
    // Ahead of the slow hash: most refusals are decided here.
    if (await accounts.find(appkey, username)) return refuse(CODES.userExists);
    const limited = refuseRegistration(services, connection.socket.address);
    if (limited) return limited;
    const passwordHash = await hashPassword(password, services.settings.passwordCost);
    const kept = { key, answer: success(), nowMs: services.now() };
    const made = await accounts.create({ appkey, username, passwordHash, profile }, kept);
    return made ? kept.answer : refuse(CODES.userExists);
  });
  return { answer };
}

/** A signature is public, and accounts take room. */
function refuseRegistration({ settings, registrationTries }: Services, address: string): Answer | null {
  if (settings.registration === 'open') return null;
  if (settings.registration === 'server') {
    return refuse(CODES.noPermission, 'here accounts are made by the application’s server');
  }
  return registrationTries.of(address).take()
    ? null
    : failure(CODES.beyondFrequencyLimit, 'too many accounts made from here: wait');
}

export async function login({ services, connection, payload }: Handling<'login'>): Promise<Reply> {
  const appkey = appkeyOf(connection);
  const { username, password, device } = payload;
  if (connection.session && connection.session.account.username !== username) {
    return { answer: refuse(CODES.alreadyLoggedIn) };
  }
  const tries = services.passwordTries.of(JSON.stringify([appkey, username, connection.socket.address]));
  if (!tries.take()) return { answer: failure(CODES.beyondFrequencyLimit, 'too many tries: wait a minute') };
  const account = await services.store.accounts.find(appkey, username);
  if (!account) return { answer: refuse(CODES.userNotExist) };
  const hash = await services.store.accounts.passwordHash(account.uid);
  if (hash === undefined || !(await verifyPassword(password, hash))) {
    return { answer: refuse(CODES.invalidPassword) };
  }
  // It may have been changed meanwhile, and whoever was in with the old one shut out.
  if ((await services.store.accounts.passwordHash(account.uid)) !== hash) {
    return { answer: refuse(CODES.invalidPassword) };
  }
  // Who knows the password is not guessing at it.
  tries.credit(1);
  if (services.store.standing.isDisabled(account.uid)) return { answer: refuse(CODES.userDisabled) };
  let resume_token: string | undefined;
  if (!connection.session && !connection.isClosed) {
    const owner = { uid: account.uid, platform: platformOf(connection.init?.fromPlatForm) };
    const { resumeTokens } = services.store;
    // A client of before, or another one: what a token was given for is over.
    if (device === undefined) await resumeTokens.revoke(owner);
    else {
      resume_token = await resumeTokens.issue(owner, device, hash);
      if (resume_token === undefined) return { answer: refuse(CODES.invalidPassword) };
    }
    // Anew: nothing can come between this and the entrance.
    if (services.store.standing.isDisabled(account.uid)) return { answer: refuse(CODES.userDisabled) };
    if (!connection.isClosed) enter(services, connection, account, device);
  }
  return {
    answer: success({
      uid: account.uid,
      username,
      appkey,
      online_list: othersOf(services, connection, account),
      ...(resume_token !== undefined && { resume_token }),
    }),
  };
}

export function enter(
  services: Services,
  connection: Connection,
  account: Account,
  device: string | undefined,
): void {
  const { presence, settings, store, log } = services;
  const platform = platformOf(connection.init?.fromPlatForm);
  const feed = new Feed(
    account.uid,
    platform,
    store,
    {
      push: (event, payload, messages) => {
        connection.allowAcknowledgements(messages);
        connection.push(event, payload);
      },
      turn: (work) => connection.turn(work),
      drained: () => connection.socket.drained(),
      giveUp: (reason) => connection.giveUp(reason),
      isOpen: () => !connection.isClosed,
    },
    settings,
  );
  connection.session = { account, platform, feed, device };
  const displaced = presence.enter(account.uid, platform, connection);
  const isTheSame = device !== undefined && displaced?.session?.device === device;
  // The client's own earlier socket, whose end has not been noticed: it has not been thrown out.
  if (isTheSame) displaced.socket.close();
  else if (displaced) dismiss(services, displaced, account, 'otherLogin');
  const graceTimer = setTimeout(() => {
    feed.goLive().catch((error: unknown) => {
      log.error({ socket: connection.id, err: error }, 'going live failed');
      connection.giveUp('what it was to be sent could not be read');
    });
  }, settings.syncGraceMs);
  connection.socket.onClose(() => clearTimeout(graceTimer));
}

export function othersOf(
  { presence, now }: Services,
  connection: Connection,
  account: Account,
): OnlineDevice[] {
  return [...presence.of(account.uid)]
    .filter(([, other]) => other !== connection)
    .map(([platform]) => ({
      platform,
      mtime: Math.floor(now() / 1_000),
      isOnline: true,
      isLogin: true,
      flag: 1,
    }));
}
