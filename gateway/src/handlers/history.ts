/** Pages of a conversation, as far back as it is kept. */
import { CODES, GROUP, type WireMessage } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/connection.js';
import { ofGroup, ofSingle, type Page, readPage } from '../store/pages.js';
import { findUser } from './targets.js';
import { type Handling, sessionOf } from './types.js';

export async function getHistory(handling: Handling<'get_history'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { uid } = sessionOf(connection).account;
  const { mailboxes, groups, db } = services.store;
  const { before, limit } = payload;
  // Ids are in the order of time.
  const asked = { uid, before: before?.msg_id ?? Number.MAX_SAFE_INTEGER, limit };
  let page: Page;
  if (payload.type === GROUP) {
    const group = await groups.find(payload.gid);
    if (!group) return { answer: refuse(CODES.targetGroupNotExist) };
    if (!(await groups.isMember(payload.gid, uid))) return { answer: refuse(CODES.userNotInGroup) };
    page = await readPage(db, ofGroup, payload.gid, asked);
  } else {
    const peer = await findUser(handling, payload.username, payload.appkey);
    if (!peer) return { answer: refuse(CODES.targetUserNotExist) };
    page = await readPage(db, ofSingle, peer.uid, asked);
  }
  const messages = (await mailboxes.messages(uid, page.ids)).map(({ wire }) => wire);
  const shown = latestWithin(messages, services.settings.historyPageBytes);
  return { answer: success({ messages: shown, more: page.more || shown.length < messages.length }) };
}

/** The latest of a page that are not too large together; one in any case. */
function latestWithin(messages: readonly WireMessage[], bytes: number): WireMessage[] {
  let left = bytes;
  const first = messages.findLastIndex((message, index) => {
    left -= JSON.stringify(message).length;
    return left < 0 && index < messages.length - 1;
  });
  return messages.slice(first + 1);
}
