/**
 * How far an account has heard of what it is told in the order of ids, which increase: one mark for each account. Pushes are committed in
 * that order, so that a mark leaves none out.
 */
import { sql } from 'kysely';
import type { Database } from './schema.js';

/** From what a client has, or its account has acknowledged, to what there is. */
export interface KeyRange {
  acknowledged: number;
  last: number;
}

/** The table of the marks, and their subject. */
const KINDS = {
  events: { marks: 'event_mark', source: 'event_box', account: 'uid', id: 'event_id' },
  receipts: { marks: 'receipt_mark', source: 'receipt', account: 'sender', id: 'change_id' },
} as const;

export class Marks {
  constructor(
    private readonly db: Database,
    private readonly kind: keyof typeof KINDS,
  ) {}

  /** Takes note that the client has everything up to its key, if it knows one, and says what lies beyond. */
  async range(uid: number, clientKey: number): Promise<KeyRange> {
    if (clientKey > 0) await this.acknowledge(uid, clientKey);
    const { marks, source, account, id } = KINDS[this.kind];
    const { rows } = await sql<KeyRange>`
      select coalesce((select acked from ${sql.table(marks)} where uid = ${uid}), 0) as acknowledged,
        coalesce((select max(${sql.ref(id)}) from ${sql.table(source)} where ${sql.ref(account)} = ${uid}), 0) as last`.execute(
      this.db,
    );
    const { acknowledged = 0, last = 0 } = rows[0] ?? {};
    // Another device of the account may have acknowledged what this one has not been told.
    const from = clientKey > 0 ? Math.min(clientKey, acknowledged) : acknowledged;
    return { acknowledged: from, last: Math.max(acknowledged, last) };
  }

  /** A key beyond the last one acknowledges the last one: what comes later is not acknowledged beforehand. */
  async acknowledge(uid: number, key: number): Promise<void> {
    const { marks, source, account, id } = KINDS[this.kind];
    await sql`
      insert into ${sql.table(marks)} as mark (uid, acked)
      select ${uid}::bigint, max(${sql.ref(id)}) from ${sql.table(source)}
      where ${sql.ref(account)} = ${uid} and ${sql.ref(id)} <= ${key} having count(*) > 0
      on conflict (uid) do update set acked = greatest(mark.acked, excluded.acked)`.execute(this.db);
  }
}
