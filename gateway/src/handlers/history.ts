/** Pages of a conversation, as far back as it is kept. */
import { CODES, GROUP, type WireMessage } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { ofGroup, ofSingle, type Page, readPage } from '../store/pages.js';
import { findUser } from './targets.js';
import { type Handling, sessionOf } from './types.js';

export async function getHistory(handling: Handling<'get_history'>): Promise<Reply> {
  const { services, connection, payload, turn } = handling;
  const { uid } = sessionOf(connection).account;
  const { mailboxes, groups, db } = services.store;
  const { before, limit } = payload;
  // Ids are in the order of time.
  const asked = {
    uid,
    before: before?.msg_id ?? Number.MAX_SAFE_INTEGER,
    limit,
    maxBytes: services.settings.historyPageBytes,
  };
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
  connection.costs.chargeReading(page.bytes);
  const messages: WireMessage[] = [];
  for await (const slice of mailboxes.slices(uid, page.ids)) {
    messages.push(...slice.map(({ wire }) => wire));
    await turn.giveWay();
  }
  return { answer: success({ messages, more: page.more }) };
}
