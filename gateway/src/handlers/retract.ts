/** Taking a message back. */
import { CODES, EVENT, GROUP, SINGLE } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { userNameOf } from '../store/accounts.js';
import { readRoster } from '../store/groups.js';
import { timeOf } from '../store/message-ids.js';
import { findMessage, retract, retractedBy, takesPart } from '../store/messages.js';
import { change, type Handling, sessionOf } from './types.js';

export async function retractMessage(handling: Handling<'msg_retract'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const { msg_id } = payload;
  return change(handling, async ({ transaction, nowMs, inOrderFor, emit }) => {
    const message = await findMessage(transaction, msg_id);
    if (!message) {
      const sender = await retractedBy(transaction, msg_id);
      return refuse(sender === account.uid ? CODES.alreadyRetracted : CODES.messageNotExist);
    }
    if (message.sender !== account.uid) {
      // Whose messages one cannot see, of those one does not learn that they exist.
      const sees = await takesPart(transaction, account.uid, message);
      return refuse(sees ? CODES.notTheSender : CODES.messageNotExist);
    }
    if (nowMs - timeOf(msg_id) > services.settings.retractAgeMs) return refuse(CODES.retractOutOfTime);
    const { gid, recipient } = message;
    const members = gid > 0 ? (await readRoster(transaction, gid))?.members : undefined;
    const [target] = gid > 0 ? [] : await services.store.accounts.byIds([recipient], transaction);
    const concerned = [account.uid, ...(target ? [target.uid] : []), ...(members?.keys() ?? [])];
    // No report of a reader is on its way that would leave something of the message.
    await inOrderFor(concerned, 1);
    await retract(transaction, message);
    emit(concerned, {
      event_type: EVENT.retracted,
      from: account,
      gid,
      to_usernames: target ? [userNameOf(target)] : [],
      // Clients of different ages look for the id under different names.
      more: {
        from_gid: gid,
        msg_type: gid > 0 ? GROUP : SINGLE,
        msg_id,
        msg_ids: [msg_id],
        msgid_list: [msg_id],
      },
    });
    return success();
  });
}
