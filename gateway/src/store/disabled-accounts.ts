/** The accounts that the application has disabled. They are few, so all of them are in memory, and no login can slip past a running change. */

import { revokeAll } from './resume-tokens.js';
import type { Database } from './schema.js';
import { endSeats } from './seats.js';

export class DisabledAccounts {
  private constructor(
    private readonly db: Database,
    private disabled: Set<number>,
    private readonly isShared: boolean,
  ) {}

  /** @param isShared whether the accounts' sessions are on several nodes */
  static async load(db: Database, isShared: boolean): Promise<DisabledAccounts> {
    return new DisabledAccounts(db, await read(db), isShared);
  }

  /** Takes over the changes of other nodes. */
  async reload(): Promise<void> {
    this.disabled = await read(this.db);
  }

  /** Those of the accounts that are disabled. */
  among(uids: Iterable<number>): number[] {
    return [...uids].filter((uid) => this.disabled.has(uid));
  }

  isDisabled(uid: number): boolean {
    return this.disabled.has(uid);
  }

  async disable(uid: number): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('disabled_account')
        .values({ uid })
        .onConflict((conflict) => conflict.column('uid').doNothing())
        .execute();
      await revokeAll(transaction, uid);
      if (this.isShared) await endSeats(transaction, uid, 'disabled');
    });
    this.disabled.add(uid);
  }

  async enable(uid: number): Promise<void> {
    await this.db.deleteFrom('disabled_account').where('uid', '=', uid).execute();
    this.disabled.delete(uid);
  }
}

async function read(db: Database): Promise<Set<number>> {
  const rows = await db.selectFrom('disabled_account').select('uid').execute();
  return new Set(rows.map(({ uid }) => uid));
}
