/** The accounts that the application has disabled. They are few, so all of them are in memory, and no login can slip past a running change. */
import { revokeAll } from './resume-tokens.js';
import type { Database } from './schema.js';

export class DisabledAccounts {
  private constructor(
    private readonly db: Database,
    private readonly disabled: Set<number>,
  ) {}

  static async load(db: Database): Promise<DisabledAccounts> {
    const rows = await db.selectFrom('disabled_account').select('uid').execute();
    return new DisabledAccounts(db, new Set(rows.map(({ uid }) => uid)));
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
    });
    this.disabled.add(uid);
  }

  async enable(uid: number): Promise<void> {
    await this.db.deleteFrom('disabled_account').where('uid', '=', uid).execute();
    this.disabled.delete(uid);
  }
}
