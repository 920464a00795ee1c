/** Profiles and passwords. */
import { CODES, EVENT } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { endAllSessions } from '../delivery/end-sessions.js';
import { userNameOf, wireUserOf } from '../store/accounts.js';
import { busyOr, THROTTLED } from './login.js';
import { refuseAvatar } from './media.js';
import { findUser } from './targets.js';
import { change, type Handling, keyOf, sessionOf } from './types.js';

export async function getUserInfo(handling: Handling<'get_across_user_info'>): Promise<Reply> {
  const { username, appkey } = handling.payload;
  const account = await findUser(handling, username, appkey);
  return {
    answer: account
      ? success({ user_info: wireUserOf(account) })
      : refuse(CODES.userExists, 'get_across_user_info: there is no such user'),
  };
}

export async function updateUserInfo(handling: Handling<'update_user_inf'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { uid } = sessionOf(connection).account;
  const { presence, store } = services;
  return change(handling, async (made) => {
    const { transaction, nowMs, emit, afterCommit } = made;
    const refused = await refuseAvatar({ transaction }, uid, payload.avatar);
    if (refused) return refused;
    const account = await store.accounts.updateProfile(transaction, uid, payload, nowMs);
    afterCommit(() => {
      store.accounts.keep(account);
      for (const { session } of presence.of(uid).values()) if (session) session.account = account;
    });
    await services.live.changing(made, { cached: 'account', account });
    // Others learn of it by what the account's next message says.
    emit(
      [uid],
      { event_type: EVENT.profile, from: account, to_usernames: [userNameOf(account)] },
      { except: connection, exceptLater: true },
    );
    return success();
  });
}

export async function updatePassword(handling: Handling<'update_user_pwd'>): Promise<Reply> {
  const { services, connection, payload, turn } = handling;
  const { account, device } = sessionOf(connection);
  const { audit, loginGuard, passwords, store } = services;
  const { uid, appkey, username } = account;
  const { address } = connection.socket;
  const key = keyOf(handling, [uid]);
  let changed = false;
  const refused = (reason: string, answer: Answer): Answer => {
    audit.note('password_change_refused', { appkey, username, address, reason });
    return answer;
  };
  const answer = await store.requests.once(key, turn, async () => {
    const admitted = await turn.aside(() => loginGuard.admit({ uid, address, device }));
    if (!admitted) return refused('throttled', THROTTLED);
    const hash = await store.accounts.passwordHash(uid);
    const isRight =
      hash !== undefined &&
      (await turn.aside(() => passwords.verify(payload.old_pwd, hash, admitted).catch(busyOr)));
    const passwordHash =
      isRight && (await turn.aside(() => passwords.hash(payload.new_pwd, admitted).catch(busyOr)));
    if (passwordHash === undefined || isRight === undefined) {
      admitted.cancel();
      return refused('busy', refuse(CODES.busy));
    }
    if (passwordHash === false || hash === undefined) {
      admitted.failed();
      return refused('wrong password', refuse(CODES.invalidPassword));
    }
    await admitted.succeeded();
    const kept = { key, answer: success(), nowMs: services.now() };
    changed = await store.accounts.setPassword(uid, passwordHash, { kept, instead: hash });
    // Another one was set in the meantime: this client knows the one before it.
    if (!changed) return refused('wrong password', refuse(CODES.invalidPassword));
    audit.note('password_changed', { appkey, username, address });
    return kept.answer;
  });
  if (!changed) return { answer };
  // The answer goes out before the session that it is for is closed.
  return { answer, afterwards: async () => endAllSessions(services, account, 'passwordChanged') };
}
