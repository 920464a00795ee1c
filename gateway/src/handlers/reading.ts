/** Read messages: a conversation's mark for the account's own devices, and receipts for the senders and those devices. */
import { CODES, EVENT, GROUP, type JsonObject, SINGLE } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Account } from '../store/accounts.js';
import { findMessage, takesPart } from '../store/messages.js';
import { markRead } from '../store/reading.js';
import {
  byConversation,
  type Receipt,
  type Report,
  readersOf,
  recordReading,
  sendersOf,
} from '../store/receipts.js';
import { findUser, findUsers } from './targets.js';
import { change, type Handling, sessionOf } from './types.js';

type ResetUnread = Handling<'unread_single_count' | 'unread_group_count'>;

export async function resetUnread(handling: ResetUnread): Promise<Reply> {
  const { payload } = handling;
  if (payload.type === SINGLE) {
    const { username, appkey } = payload;
    const user = await findUser(handling, username, appkey);
    if (!user) return { answer: refuse(CODES.userNotExist) };
    return markConversation(handling, SINGLE, user.uid, { appkey: user.appkey, username });
  }
  const { gid } = payload;
  const audience = await handling.services.store.groups.audience(gid);
  if (!audience) return { answer: refuse(CODES.targetGroupNotExist) };
  const { uid } = sessionOf(handling.connection).account;
  if (!audience.members.has(uid)) return { answer: refuse(CODES.userNotInGroup) };
  return markConversation(handling, GROUP, gid, { gid });
}

function markConversation(
  handling: ResetUnread,
  type: typeof SINGLE | typeof GROUP,
  key: number,
  conversation: JsonObject,
): Promise<Reply> {
  const { connection } = handling;
  const { account } = sessionOf(connection);
  return change(handling, async ({ transaction, emit }) => {
    // Clients reset what is read already; that is no news to the other devices.
    if (await markRead(transaction, account.uid, type, key)) {
      emit(
        [account.uid],
        {
          event_type: EVENT.readElsewhere,
          from: account,
          more: { description: { type, ...conversation } },
        },
        { except: connection, exceptLater: true },
      );
    }
    return success();
  });
}

export async function reportReceipts(handling: Handling<'receipt_report'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const { sessions } = payload;
  const users = await findUsers(
    handling,
    sessions.map((session) => (session.type === SINGLE ? session : { username: '' })),
  );
  const reports = sessions.flatMap((session, index): Report[] => {
    if (session.type === GROUP) return [{ peer: 0, gid: session.gid, msgIds: session.msg_ids }];
    const peer = users[index]?.uid;
    return peer === undefined ? [] : [{ peer, gid: 0, msgIds: session.msg_ids }];
  });
  return change(handling, async ({ transaction, nextId, inOrderFor, emit, afterCommit }) => {
    // A sender receives changes in the order of their numbers.
    const ids = reports.reduce((sum, { msgIds }) => sum + msgIds.length, 0);
    await inOrderFor(await sendersOf(transaction, reports), ids);
    const changed = await recordReading(transaction, account.uid, reports, nextId);
    for (const description of reportedIn(changed, users)) {
      // An offline account has no waiting reports.
      const event = { event_type: EVENT.reportedElsewhere, from: account, more: { description } };
      emit([account.uid], event, { live: true, except: connection });
    }
    afterCommit(() => {
      for (const [sender, receipts] of bySender(changed)) {
        // For the sender the other side of the conversation is the reader.
        const named = receipts.map((receipt) => ({ ...receipt, ...account }));
        for (const conversation of byConversation(named)) {
          services.live.push([sender], 'receipt_change', conversation);
        }
      }
    });
    return success();
  });
}

/** Each conversation that something was newly reported of, as the reader names it. */
function reportedIn(receipts: readonly Receipt[], users: readonly (Account | undefined)[]): JsonObject[] {
  const peers = new Map(users.map((user) => [user?.uid, user]));
  const named = receipts.map((receipt) => {
    const { appkey = '', username = '' } = (receipt.gid === 0 && peers.get(receipt.sender)) || {};
    return { ...receipt, appkey, username };
  });
  return byConversation(named).map(({ type, gid, appkey = '', username = '', receipt_msgs }) => ({
    type,
    ...(gid === undefined ? { appkey, username } : { gid }),
    msg_ids: receipt_msgs.map(({ msg_id }) => msg_id),
  }));
}

function bySender(receipts: readonly Receipt[]): Map<number, Receipt[]> {
  const senders = new Map<number, Receipt[]>();
  for (const receipt of receipts) {
    const own = senders.get(receipt.sender);
    if (own) own.push(receipt);
    else senders.set(receipt.sender, [receipt]);
  }
  return senders;
}

export async function listReaders({
  services,
  connection,
  payload,
}: Handling<'msg_unread_list'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const { db } = services.store;
  const message = await findMessage(db, payload.msg_id);
  if (!message || !(await takesPart(db, uid, message))) return { answer: refuse(CODES.messageNotExist) };
  if (message.sender !== uid) return { answer: refuse(CODES.notTheSender) };
  if (!message.need_receipt) {
    return {
      answer: refuse(CODES.msgIdNotValid, 'msg_unread_list: the message was sent without need_receipt'),
    };
  }
  return { answer: success({ msg_unread_list: await readersOf(db, message) }) };
}
