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
    )
    delete from message using old where message.msg_id = old.msg_id returning message.msg_id`.execute(db);
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
