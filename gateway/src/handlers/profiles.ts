/** Profiles. */
import { CODES } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection.js';
import { userInfoOf } from '../store/accounts.js';
import { type Handling, keyOf, sessionOf } from './types.js';

export async function getUserInfo({
  services,
  connection,
  payload,
}: Handling<'get_across_user_info'>): Promise<Reply> {
  const appkey = payload.appkey ?? sessionOf(connection).account.appkey;
  const account = services.apps.has(appkey)
    ? await services.store.accounts.find(appkey, payload.username)
    : undefined;
  return {
    answer: account ? success({ user_info: userInfoOf(account) }) : refuse(CODES.userNotExist),
  };
}

export async function updateUserInfo(handling: Handling<'update_user_inf'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const session = sessionOf(connection);
  const { uid } = session.account;
  const key = keyOf(handling, [uid]);
  const { accounts, requests } = services.store;
  const answer = await requests.once(key, async () => {
    const kept = { key, answer: success(), nowMs: services.now() };
    session.account = await accounts.updateProfile(uid, payload, kept);
    return kept.answer;
  });
  return { answer };
}
