/** Single messages, and the conversations that they make. */
import { CODES } from '../../../src/protocol/index.js';
import { type Answer, refuse, success, VOLUME_FULL } from '../answers.js';
import type { Reply } from '../connection.js';
import type { Account } from '../store/accounts.js';
import { contentFrom, refuseContent } from './content.js';
import { findUser } from './targets.js';
import { type Handling, keyOf, refuseUnlessTaken, sessionOf } from './types.js';

export async function getConversations({
  services,
  connection,
}: Handling<'get_conversations'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  return { answer: success({ conversations: await services.store.mailboxes.conversations(uid) }) };
}

export async function sendSingle(handling: Handling<'s_across_single_text'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const sender = sessionOf(connection).account;
  const limit = { bytes: services.settings.textBytes, refusal: CODES.messageTooLong };
  const refused = refuseContent(payload.content, 'single', limit, 's_across_single_text');
  if (refused) return { answer: refused };
  const target = await findUser(handling, payload.target_id, payload.appkey);
  if (!target) return { answer: refuse(CODES.targetUserNotExist) };
  if (await services.store.lists.isBlocked(target.uid, sender.uid)) {
    return refuseUnlessTaken(handling, refuse(CODES.inBlacklist));
  }
  if (await services.store.volume.isFull(sender.uid)) return refuseUnlessTaken(handling, VOLUME_FULL);
  return { answer: { later: store(handling, sender, target) } };
}

function store(
  handling: Handling<'s_across_single_text'>,
  sender: Account,
  target: Account,
): Promise<Answer> {
  const { services, connection, payload } = handling;
  const key = keyOf(handling, [sender.uid]);
  return services.writer.send({
    key,
    sender: sender.uid,
    recipient: target.uid,
    gid: 0,
    receivers: 1,
    msgLevel: sender.appkey === target.appkey ? 0 : 1,
    needReceipt: payload.need_receipt,
    customNotification: payload.custom_notification,
    noOffline: payload.no_offline,
    bytes: handling.request.canonical.length,
    origin: connection.id,
    content: contentFrom(sender, payload.content, { id: target.username, appkey: target.appkey }),
  });
}
