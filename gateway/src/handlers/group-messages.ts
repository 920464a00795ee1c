/** Messages to groups: from members who may speak. */
import { CODES, type ErrorCode } from '../../../src/protocol/index.js';
import { refuse, VOLUME_FULL } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Audience } from '../store/groups.js';
import { contentFrom, refuseContent } from './content.js';
import { storeMessage } from './messages.js';
import { type Handling, refuseUnlessTaken, sessionOf } from './types.js';

export async function sendGroup(handling: Handling<'send_group_msg'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account: sender } = sessionOf(connection);
  const limit = { bytes: services.settings.textBytes, refusal: CODES.messageTooLong };
  const refused = refuseContent(payload.content, 'group', limit, 'send_group_msg');
  if (refused) return { answer: refused };
  const audience = await services.store.groups.audience(payload.target_gid);
  const refusal = refuseSender(audience, sender.uid);
  if (!audience || refusal) {
    return refuseUnlessTaken(handling, refuse(refusal ?? CODES.targetGroupNotExist));
  }
  if (await services.store.volume.isFull(sender.uid)) return refuseUnlessTaken(handling, VOLUME_FULL);
  const { gid, appkey, members } = audience;
  const bytes = handling.request.canonical.length;
  connection.costs.chargeBytes(bytes * members.size);
  const content = contentFrom(sender, payload.content, { id: String(gid), appkey });
  const at_list = payload.users?.map(({ username, appkey: of = sender.appkey }) => ({
    username,
    appkey: of,
  }));
  const later = storeMessage(handling, {
    recipient: 0,
    gid,
    receivers: members.size - 1,
    msgLevel: sender.appkey === appkey ? 0 : 1,
    contentJson: JSON.stringify({ ...content, ...(at_list && { at_list }) }),
  });
  return { answer: { later } };
}

/** The reason why the account may not send to the group. */
export function refuseSender(audience: Audience | undefined, uid: number): ErrorCode | null {
  if (!audience) return CODES.targetGroupNotExist;
  const member = audience.members.get(uid);
  if (!member) return CODES.userNotInGroup;
  return member.silenced ? CODES.silenced : null;
}
