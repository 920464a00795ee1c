/** Transparent messages: handed to whoever is here now, kept for nobody. A retry of one that was handed on is not handed on again. */
import { CODES, type TransMessage } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { refuseSender } from './group-messages.js';
import { findUser } from './targets.js';
import { change, type Handling, refuseUnlessTaken, sessionOf } from './types.js';

type TransEvent = 'trans_msg_single' | 'trans_msg_group' | 'trans_msg_platform';

export async function transSingle(handling: Handling<'trans_msg_single'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  if (isTooLong(handling)) return { answer: refuse(CODES.cmdTooLong) };
  const { uid } = sessionOf(connection).account;
  const target = await findUser(handling, payload.target_username, payload.target_appkey);
  if (!target) return { answer: refuse(CODES.targetUserNotExist) };
  if (await services.store.lists.isBlocked(target.uid, uid)) {
    return refuseUnlessTaken(handling, refuse(CODES.inBlacklist));
  }
  return handOn(handling, { type: 3 }, [target.uid]);
}

export async function transGroup(handling: Handling<'trans_msg_group'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  if (isTooLong(handling)) return { answer: refuse(CODES.cmdTooLong) };
  const { uid } = sessionOf(connection).account;
  const audience = await services.store.groups.audience(payload.gid);
  const refusal = refuseSender(audience, uid);
  if (!audience || refusal) {
    return refuseUnlessTaken(handling, refuse(refusal ?? CODES.targetGroupNotExist));
  }
  return handOn(handling, { type: 4, gid: payload.gid }, [...audience.members.keys()]);
}

export async function transPlatform(handling: Handling<'trans_msg_platform'>): Promise<Reply> {
  if (isTooLong(handling)) return { answer: refuse(CODES.cmdTooLong) };
  const { platform } = handling.payload;
  const { account } = sessionOf(handling.connection);
  return handOn(handling, { type: 5 }, [account.uid], platform === 'all' ? {} : { platform });
}

const isTooLong = ({ services, payload }: Handling<TransEvent>): boolean =>
  Buffer.byteLength(payload.cmd) > services.settings.cmdBytes;

/** To all their sessions but the one that it comes from. */
function handOn(
  handling: Handling<TransEvent>,
  about: Pick<TransMessage, 'type' | 'gid'>,
  recipients: readonly number[],
  to: { platform?: string } = {},
): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account, platform } = sessionOf(connection);
  const message: TransMessage = {
    gid: 0,
    ...about,
    from_appkey: account.appkey,
    from_username: account.username,
    platform,
    cmd: payload.cmd,
  };
  return change(handling, async ({ afterCommit }) => {
    // Stored nowhere, so it is not accepted while the other nodes cannot be reached.
    const [first = 0] = recipients;
    const isHere = about.type !== 3 || (await services.live.isOnline(first).catch(() => undefined));
    if (isHere === undefined || !services.live.isUp) return refuse(CODES.busy);
    if (!isHere) return refuse(CODES.targetNotLoggedIn);
    afterCommit(() =>
      services.live.push(recipients, 'trans_msg_rec', message, { except: connection, ...to }),
    );
    return success();
  });
}
