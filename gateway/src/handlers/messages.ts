/** Single messages, and the conversations that they make. */
import { CODES } from '../../../src/protocol/index.js';
import { type Answer, refuse, success, VOLUME_FULL } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { NewMessage } from '../store/message-writer.js';
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
  // The first send of a session finds neither in memory, and may wait for the database behind a sync.
  const [isBlocked, isFull] = await Promise.all([
    services.store.lists.isBlocked(target.uid, sender.uid),
    services.store.volume.isFull(sender.uid),
  ]);
  if (isBlocked) return refuseUnlessTaken(handling, refuse(CODES.inBlacklist));
  if (isFull) return refuseUnlessTaken(handling, VOLUME_FULL);
  const later = storeMessage(handling, {
    recipient: target.uid,
    gid: 0,
    receivers: 1,
    msgLevel: sender.appkey === target.appkey ? 0 : 1,
    contentJson: JSON.stringify(
      contentFrom(sender, payload.content, { id: target.username, appkey: target.appkey }),
    ),
  });
  return { answer: { later } };
}

/** A message as its request says it: what is not in the request's payload. */
type Addressed = Pick<NewMessage, 'recipient' | 'gid' | 'receivers' | 'msgLevel' | 'contentJson'>;

/**
 * Stores it once. The session that it came from has it, whatever a later sync would say.
 * Many wait here at a time, so it keeps nothing of a request but the message.
 */
export function storeMessage(
  handling: Handling<'s_across_single_text' | 'send_group_msg'>,
  { recipient, gid, receivers, msgLevel, contentJson }: Addressed,
): Promise<Answer> {
  const { services, connection, payload } = handling;
  const { account, feed } = sessionOf(connection);
  const sent = services.writer.send({
    key: keyOf(handling, [account.uid]),
    sender: account.uid,
    recipient,
    gid,
    receivers,
    msgLevel,
    contentJson,
    needReceipt: payload.need_receipt,
    customNotification: payload.custom_notification,
    noOffline: payload.no_offline,
    bytes: handling.request.canonical.length,
    origin: connection.id,
  });
  return sent.then((answer) => {
    feed.sent(Number(answer.msg_id));
    return answer;
  });
}
