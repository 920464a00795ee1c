/** Coming back without signature or password, and going for good. */
import { CODES } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection.js';
import { CAN, enter, othersOf, platformOf } from './access.js';
import { type Handling, sessionOf } from './types.js';

const REFUSED = refuse(CODES.authFail, 'this token is not good: log in');

/** In place of `c_init` and `login`. Whether it is the account, the device or the token that is wrong is not said. */
export async function resume({ services, connection, payload, request }: Handling<'resume'>): Promise<Reply> {
  const { resumed, session } = connection;
  if (session || connection.init) {
    // A retry on the same socket gets the first answer: the token that it presents may be used up by now.
    return {
      answer: resumed?.canonical === request.canonical ? resumed.answer : refuse(CODES.alreadyLoggedIn),
    };
  }
  const { appkey, username, device, token, flag, fromPlatForm } = payload;
  // Nothing is kept of names that nobody has.
  if (!services.apps.has(appkey)) return { answer: REFUSED };
  const account = await services.store.accounts.find(appkey, username);
  if (!account) return { answer: REFUSED };
  const tries = services.resumeTries.of(JSON.stringify([account.uid, connection.socket.address]));
  if (!tries.take()) return { answer: refuse(CODES.beyondFrequencyLimit, 'too many tries: wait a minute') };
  const platform = platformOf(fromPlatForm);
  const next = await services.store.resumeTokens.renew({ uid: account.uid, platform }, device, token);
  if (next === undefined) return { answer: REFUSED };
  tries.credit(1);
  // Shut out in this very moment: whoever has the token may know why.
  if (services.store.standing.isDisabled(account.uid)) return { answer: refuse(CODES.userDisabled) };
  connection.init = { appkey, flag, fromPlatForm, random_str: '', signature: '', timestamp: 0 };
  if (!connection.isClosed) enter(services, connection, account, device);
  const answer = success({
    uid: account.uid,
    username,
    appkey,
    online_list: othersOf(services, connection, account),
    resume_token: next,
    ...CAN,
  });
  connection.resumed = { canonical: request.canonical, answer };
  return { answer };
}

export async function logOut({ services, connection }: Handling<'log_out'>): Promise<Reply> {
  const { account, platform } = sessionOf(connection);
  await services.store.resumeTokens.revoke({ uid: account.uid, platform });
  return { answer: success(), afterwards: async () => connection.socket.close() };
}
