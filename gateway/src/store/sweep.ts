/** Deletes what is too old, in portions, so that requests are served in between. */
import { sql } from 'kysely';
import type { Settings } from '../config.js';
import { firstIdAt } from './message-ids.js';
import type { Database } from './schema.js';

const PORTION = 1_000;

export async function sweep(
  db: Database,
  now: number,
  ages: Pick<Settings, 'requestAgeMs' | 'historyAgeMs' | 'offlineAgeMs' | 'eventAgeMs'>,
): Promise<void> {
  while ((await deleteRequests(db, now - ages.requestAgeMs)) === PORTION);
  const oldest = firstIdAt(now - Math.max(ages.historyAgeMs, ages.offlineAgeMs));
  while ((await deleteMessages(db, oldest)) === PORTION);
  while ((await deleteRetracted(db, oldest)) === PORTION);
  while ((await deleteInvitations(db, now - ages.eventAgeMs)) === PORTION);
  while ((await deleteEvents(db, firstIdAt(now - ages.eventAgeMs))) === PORTION);
}

async function deleteRequests(db: Database, beforeMs: number): Promise<number> {
  const { rows } = await sql`
    delete from request where key in (
      select key from request where created_ms < ${beforeMs} order by created_ms limit ${PORTION}
    ) returning key`.execute(db);
  return rows.length;
}

async function deleteMessages(db: Database, before: number): Promise<number> {
  const { rows } = await sql`
    with old as (
      select msg_id, sender, recipient from message where msg_id < ${before} order by msg_id limit ${PORTION}
    ),
    sent as (
      delete from mailbox using old
      where mailbox.uid = old.sender and mailbox.peer = old.recipient and mailbox.msg_id = old.msg_id
    ),
    received as (
      delete from mailbox using old
      where old.sender <> old.recipient
        and mailbox.uid = old.recipient and mailbox.peer = old.sender and mailbox.msg_id = old.msg_id
    ),
    read as (delete from reader using old where reader.msg_id = old.msg_id),
    receipted as (delete from receipt using old where receipt.msg_id = old.msg_id)
    delete from message using old where message.msg_id = old.msg_id returning message.msg_id`.execute(db);
  return rows.length;
}

async function deleteRetracted(db: Database, before: number): Promise<number> {
  const { rows } = await sql`
    delete from retracted where msg_id in (
      select msg_id from retracted where msg_id < ${before} order by msg_id limit ${PORTION}
    ) returning msg_id`.execute(db);
  return rows.length;
}

/** An invitation can be answered for as long as its event is kept. */
async function deleteInvitations(db: Database, beforeMs: number): Promise<number> {
  const { rows } = await sql`
    delete from invitation where (invitee, inviter) in (
      select invitee, inviter from invitation where created_ms < ${beforeMs} order by created_ms limit ${PORTION}
    ) returning invitee`.execute(db);
  return rows.length;
}

async function deleteEvents(db: Database, before: number): Promise<number> {
  const { rows } = await sql`
    with old as (select event_id from event where event_id < ${before} order by event_id limit ${PORTION}),
    boxed as (delete from event_box using old where event_box.event_id = old.event_id),
    asked as (delete from join_request using old where join_request.event_id = old.event_id)
    delete from event using old where event.event_id = old.event_id returning event.event_id`.execute(db);
  return rows.length;
}
