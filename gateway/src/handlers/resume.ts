/** Coming back without signature or password, and going for good. */
import { CODES } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { endSessions } from '../delivery/end-sessions.js';
import { CAN, enter, entering, othersOf, peerOf, platformOf, THROTTLED } from './login.js';
import { type Handling, sessionOf } from './types.js';

const REFUSED = refuse(CODES.authFail, 'this token is not good: log in');

/** In place of `c_init` and `login`. Whether it is the account, the device or the token that is wrong is not said. */
export async function resume({
  services,
  connection,
  payload,
  request,
  turn,
}: Handling<'resume'>): Promise<Reply> {
  const { resumed, session } = connection;
  if (session || connection.init) {
    // A retry on the same socket gets the first answer: the token that it presents may be used up by now.
    return {
      answer: resumed?.canonical === request.canonical ? resumed.answer : refuse(CODES.alreadyLoggedIn),
    };
  }
  const { appkey, username, device, token, flag, fromPlatForm } = payload;
  const { apps, audit, resumeGuard, store } = services;
  const { address } = connection.socket;
  const refused = (reason: string, answer = REFUSED): Reply => {
    audit.note('resume_refused', { appkey, username, address, reason });
    return { answer };
  };
  const account = apps.has(appkey) ? await store.accounts.find(appkey, username) : undefined;
  if (!account) {
    const isAdmitted = await resumeGuard.admitNobody(address);
    return isAdmitted ? refused('no such user') : refused('throttled', THROTTLED);
  }
  const owner = { uid: account.uid, platform: platformOf(fromPlatForm) };
  const admitted = await turn.aside(() => resumeGuard.admit({ uid: owner.uid, address, device }));
  if (!admitted) return refused('throttled', THROTTLED);
  connection.init = { appkey, flag, fromPlatForm, random_str: '', signature: '', timestamp: 0 };
  const renewed = await entering(connection, () =>
    store.resumeTokens.renew(owner, device, token, peerOf(connection), (opened) =>
      enter(services, connection, account, device, opened),
    ),
  );
  if (typeof renewed === 'string') {
    connection.init = null;
    admitted.failed();
    // Shut out in this very moment: whoever has the token may know why.
    if (renewed === 'notEntered') return { answer: refuse(CODES.userDisabled) };
    if (renewed === 'notGood') return refused('wrong token');
    audit.note('resume_token_reused', { appkey, username, address });
    const live = services.presence.of(owner.uid).get(owner.platform);
    if (live) endSessions(services, live, account, 'otherLogin');
    else services.nodes?.seatsChanged(owner.uid);
    return refused('outdated token');
  }
  services.nodes?.seatsChanged(owner.uid);
  await admitted.succeeded();
  const answer = success({
    uid: account.uid,
    username,
    appkey,
    online_list: await othersOf(services, connection, account),
    resume_token: renewed.token,
    ...CAN,
  });
  connection.resumed = { canonical: request.canonical, answer };
  return { answer };
}

export async function logOut({ services, connection }: Handling<'log_out'>): Promise<Reply> {
  const { account, platform, id } = sessionOf(connection);
  const { presence, store } = services;
  await store.resumeTokens.revoke(account.uid, id);
  const live = presence.of(account.uid).get(platform);
  // The client has closed its socket, and a page of it has presented the token in the meantime.
  if (live && live !== connection && live.session?.id === id)
    endSessions(services, live, account, 'otherLogin');
  return { answer: success(), afterwards: async () => connection.socket.close() };
}
