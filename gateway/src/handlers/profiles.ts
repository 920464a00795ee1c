/** Profiles and passwords. */
import { CODES, failure } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection.js';
import { dismissAll } from '../dismiss.js';
import { EVENT } from '../event-types.js';
import { hashPassword, verifyPassword } from '../passwords.js';
import { userNameOf, wireUserOf } from '../store/accounts.js';
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
  return change(handling, async ({ transaction, nowMs, emit, afterCommit }) => {
    const refused = await refuseAvatar({ transaction }, uid, payload.avatar);
    if (refused) return refused;
    const account = await store.accounts.updateProfile(transaction, uid, payload, nowMs);
    afterCommit(() => {
      store.accounts.keep(account);
      for (const { session } of presence.of(uid).values()) if (session) session.account = account;
    });
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
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const { accounts, requests } = services.store;
  const key = keyOf(handling, [account.uid]);
  let changed = false;
  const answer = await requests.once(key, async () => {
    const tries = services.passwordTries.of(
      JSON.stringify([account.appkey, account.username, connection.socket.address]),
    );
    if (!tries.take()) return failure(CODES.beyondFrequencyLimit, 'too many tries: wait a minute');
    const hash = await accounts.passwordHash(account.uid);
    if (hash === undefined || !(await verifyPassword(payload.old_pwd, hash))) {
      return refuse(CODES.invalidPassword);
    }
    tries.credit(1);
    const kept = { key, answer: success(), nowMs: services.now() };
    const passwordHash = await hashPassword(payload.new_pwd, services.settings.passwordCost);
    await accounts.setPassword(account.uid, passwordHash, kept);
    changed = true;
    return kept.answer;
  });
  if (!changed) return { answer };
  // The answer goes out before the session that it is for is closed.
  return { answer, afterwards: async () => dismissAll(services, account, 'passwordChanged') };
}
