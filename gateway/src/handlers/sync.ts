/** Missed pushes of a client, and its acknowledgements. These change nothing a second time, so their answers are not kept. */
import { GROUP, type RequestPayload } from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { type Handling, sessionOf } from './types.js';

/** Up to here there is nothing: scripts ask with the keys that they were answered, and 0 says that a client has none. */
const FIRST_KEY = 1;

export async function syncCheck({ services, connection, payload }: Handling<'sync_check'>): Promise<Reply> {
  const { account, feed } = sessionOf(connection);
  const { events: boxed, receipts: changes, mailboxes } = services.store;
  const { sync_key: key, sync_event_key: eventKey } = payload;
  const roaming = payload.sync_type ?? connection.init?.flag ?? false;
  const events = await boxed.marks.range(account.uid, eventKey);
  events.last = Math.max(events.last, FIRST_KEY);
  const receipts = await changes.marks.range(account.uid, payload.msg_receipt_key);
  const messages = Math.max(await mailboxes.syncKey(account.uid), FIRST_KEY);
  const answer = success({
    sync_key: messages,
    // Scripts read from it, a number, how to count what is unread.
    sync_type: roaming ? 1 : 0,
    sync_event_key: events.last,
    msg_receipt_key: receipts.last,
  });
  const { window } = payload;
  const sync = () => feed.sync({ key, eventKey, roaming, window }, { messages, events, receipts });
  return window === undefined ? { answer, afterwards: sync } : { answer, alongside: sync };
}

export async function takePushes({ connection, payload }: Handling<'sync_taken'>): Promise<Reply> {
  sessionOf(connection).feed.taken(payload.sync_key);
  return { answer: success() };
}

export async function acknowledge(handling: Handling<'msg_recv_v2'>): Promise<Reply> {
  return { answer: { later: received(handling, handling.payload).then(() => success()) } };
}

export async function acknowledgeAll(handling: Handling<'msg_recv'>): Promise<Reply> {
  const all = handling.payload.messages.map((message) => received(handling, message));
  return { answer: { later: Promise.all(all).then(() => success()) } };
}

async function received(
  { connection }: Pick<Handling<'msg_recv_v2' | 'msg_recv'>, 'connection'>,
  { msg_id, msg_type, from_gid }: RequestPayload<'msg_recv_v2'>,
): Promise<void> {
  const { feed } = sessionOf(connection);
  if (msg_type === GROUP) await feed.acknowledgeInGroup(from_gid, msg_id);
  else await feed.acknowledge(msg_id);
}

export async function acknowledgeConversations({
  connection,
  payload,
}: Handling<'sync_conversation_ack'>): Promise<Reply> {
  const later = sessionOf(connection).feed.acknowledgeUpTo(payload.sync_key);
  return { answer: { later: later.then(() => success()) } };
}

export async function acknowledgeEvents({
  services,
  connection,
  payload,
}: Handling<'sync_event_ack'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  await services.store.events.marks.acknowledge(uid, payload.sync_key);
  return { answer: success() };
}

export async function acknowledgeReceipts({
  services,
  connection,
  payload,
}: Handling<'sync_receipt_ack'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  await services.store.receipts.marks.acknowledge(uid, payload.sync_key);
  return { answer: success() };
}

/**
 * Scripts up to 2.3 acknowledge each event that they received live, and those have come in the order of ids. Later ones acknowledge what ends
 * their session, which is not stored.
 */
export async function acknowledgeEvent({
  services,
  connection,
  payload,
}: Handling<'event_notification'>): Promise<Reply> {
  const { account, feed } = sessionOf(connection);
  if (feed.hasPushed(payload.event_id)) {
    await services.store.events.marks.acknowledge(account.uid, payload.event_id);
  }
  return { answer: success() };
}
