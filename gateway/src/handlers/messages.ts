/** Single messages, and the conversations that they make. */
import * as v from 'valibot';
import { CODES, type Failure, failure, type RequestPayload } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Reply } from '../connection.js';
import type { Account } from '../store/accounts.js';
import { type Handling, keyOf, sessionOf } from './types.js';

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
  const refused = refuseContent(payload.content, services.settings.textBytes);
  if (refused) return { answer: refused };
  const appkey = payload.appkey ?? sender.appkey;
  const target = services.apps.has(appkey)
    ? await services.store.accounts.find(appkey, payload.target_id)
    : undefined;
  if (!target) return { answer: refuse(CODES.targetUserNotExist) };
  if (await services.store.lists.isBlocked(target.uid, sender.uid)) {
    // What was taken before stays taken: its retry gets the first answer.
    const answered = await services.store.requests.answered(keyOf(handling, [sender.uid]));
    return { answer: answered ?? refuse(CODES.inBlacklist) };
  }
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
    msgLevel: sender.appkey === target.appkey ? 0 : 1,
    needReceipt: payload.need_receipt,
    customNotification: payload.custom_notification,
    noOffline: payload.no_offline,
    origin: connection.id,
    // A page writes its own content: who it is from and where it goes is not for the page to say.
    content: {
      ...payload.content,
      target_id: target.username,
      target_appkey: target.appkey,
      from_id: sender.username,
      from_appkey: sender.appkey,
      from_name: sender.profile.nickname || sender.username,
    },
  });
}

const textBody = v.object({ text: v.pipe(v.string(), v.minLength(1)) });

function refuseContent(
  content: RequestPayload<'s_across_single_text'>['content'],
  maxTextBytes: number,
): Failure | null {
  if (content.target_type !== 'single') {
    return failure(CODES.invalidValue, 's_across_single_text: content.target_type must be "single"');
  }
  if (content.msg_type !== 'text') {
    return failure(
      CODES.invalidValue,
      's_across_single_text: this gateway takes content.msg_type "text" only',
    );
  }
  const body = v.safeParse(textBody, content.msg_body);
  if (!body.success) {
    return failure(CODES.invalidParameter, 's_across_single_text: content.msg_body.text is required');
  }
  return Buffer.byteLength(body.output.text) > maxTextBytes ? failure(CODES.messageTooLong) : null;
}
