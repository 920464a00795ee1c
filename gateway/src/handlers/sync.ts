/** What a client missed, and its acknowledgements. These change nothing a second time, so their answers are not kept. */
import { GROUP } from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import type { Reply } from '../connection.js';
import { type Handling, sessionOf } from './types.js';

export async function syncCheck({ services, connection, payload }: Handling<'sync_check'>): Promise<Reply> {
  const { account, feed } = sessionOf(connection);
  const { store } = services;
  const events = await store.events.marks.range(account.uid, payload.sync_event_key);
  const receipts = await store.receipts.marks.range(account.uid, payload.msg_receipt_key);
  const sync_key = await store.mailboxes.syncKey(account.uid);
  return {
    answer: success({ sync_key, sync_event_key: events.last, msg_receipt_key: receipts.last }),
    afterwards: () => feed.sync(payload, { messages: sync_key, events, receipts }),
  };
}

export async function acknowledge({
  services,
  connection,
  payload,
}: Handling<'msg_recv_v2'>): Promise<Reply> {
  const { account, feed } = sessionOf(connection);
  const { msg_id, msg_type, from_gid } = payload;
  const acknowledged =
    msg_type === GROUP
      ? feed.acknowledgeInGroup(from_gid, msg_id)
      : services.store.mailboxes.acknowledge(account.uid, msg_id);
  return { answer: { later: acknowledged.then(() => success()) } };
}

export async function acknowledgeConversations({
  connection,
  payload,
}: Handling<'sync_conversation_ack'>): Promise<Reply> {
  await sessionOf(connection).feed.acknowledgeUpTo(payload.sync_key);
  return { answer: success() };
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

/** Acknowledgements of what is not stored. */
export async function nothingToDo(): Promise<Reply> {
  return { answer: success() };
}
