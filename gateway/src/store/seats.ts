/**
 * The valid session of an account, if several nodes serve the account. Each platform has one seat, whose number grows with each login. It is written in the transaction of the login, or of whatever ends the session. A node finds by it that one of its sessions has been
 * replaced or ended elsewhere, however long it was paused or cut off.
 */
import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { idList } from './id-list.js';
import type { Database, Tables } from './schema.js';

/** By which a seat tells its client from others. */
export const deviceDigest = (device: string | undefined): string =>
  device === undefined ? '' : createHash('sha256').update(device).digest('base64url');

export type SeatRow = Omit<Tables['session_seat'], 'changed_ms'>;
const SEAT_ROW = ['uid', 'platform', 'seat', 'session_id', 'device_digest', 'ended'] as const;

/** Longer than a login's transaction can take: a row becomes visible after the time that it says. */
const OVERLAP_MS = 60_000;
const NOW_MS = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Takes the platform's seat. @returns its number */
export async function takeSeat(
  transaction: Transaction<Tables>,
  { uid, platform, id, device }: { uid: number; platform: string; id: string; device: string },
): Promise<number> {
  const { rows } = await sql<{ seat: number }>`
    insert into session_seat as held (uid, platform, seat, session_id, device_digest, ended, changed_ms)
    values (${uid}::bigint, ${platform}, 1, ${id}, ${device}, '', ${NOW_MS})
    on conflict (uid, platform) do update set
      seat = held.seat + 1, session_id = excluded.session_id, device_digest = excluded.device_digest, ended = '',
      changed_ms = excluded.changed_ms
    returning seat`.execute(transaction);
  return rows[0]?.seat ?? 0;
}

/** Ends what is on the account's seats, or one session of it. @returns whether there was one */
export async function endSeats(
  transaction: Transaction<Tables>,
  uid: number,
  reason: string,
  id?: string,
): Promise<boolean> {
  const { rows } = await sql`
    update session_seat set seat = seat + 1, ended = ${reason}, changed_ms = ${NOW_MS}
    where uid = ${uid} and ended = '' ${id === undefined ? sql`` : sql`and session_id = ${id}`}
    returning seat`.execute(transaction);
  return rows.length > 0;
}

export class Seats {
  #seenMs: number | undefined;

  constructor(private readonly db: Database) {}

  /** The seats of these accounts. */
  of(uids: readonly number[]): Promise<SeatRow[]> {
    if (uids.length === 0) return Promise.resolve([]);
    return this.db
      .selectFrom('session_seat')
      .select(SEAT_ROW)
      .where(sql<boolean>`uid in ${idList(uids)}`)
      .execute();
  }

  /** The seats that changed since this was called before; the first time none. Some come more than once. */
  async changed(): Promise<SeatRow[]> {
    const { rows: clock } = await sql<{ now: number }>`select ${NOW_MS} as now`.execute(this.db);
    const now = clock[0]?.now ?? 0;
    const since = (this.#seenMs ?? now) - OVERLAP_MS;
    const rows = await this.db
      .selectFrom('session_seat')
      .select(SEAT_ROW)
      .where('changed_ms', '>', since)
      .execute();
    this.#seenMs = now;
    return rows;
  }
}
