/** Friendships and the invitations that lead to them. A friendship is always there for both sides or for neither. */
import { sql, type Transaction } from 'kysely';
import { type Account, accountOf, PROFILE_COLUMNS } from './accounts.js';
import type { Database, Tables } from './schema.js';

export interface Memo {
  memo_name: string;
  memo_others: string;
}

export const NO_MEMO: Memo = { memo_name: '', memo_others: '' };

export class Friends {
  constructor(private readonly db: Database) {}

  async list(uid: number): Promise<{ account: Account; memo: Memo }[]> {
    const rows = await this.db
      .selectFrom('friend')
      .innerJoin('account', 'account.uid', 'friend.friend')
      .select(PROFILE_COLUMNS.map((column) => `account.${column}` as const))
      .select('memo_json')
      .where('friend.uid', '=', uid)
      .orderBy('account.uid')
      .execute();
    return rows.map((row) => ({ account: accountOf(row), memo: JSON.parse(row.memo_json) }));
  }

  async areFriends(transaction: Transaction<Tables>, uid: number, other: number): Promise<boolean> {
    const row = await transaction
      .selectFrom('friend')
      .select('uid')
      .where('uid', '=', uid)
      .where('friend', '=', other)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** How many friends and unanswered invitations of its own the account has. */
  async count(transaction: Transaction<Tables>, uid: number): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select (select count(*) from friend where uid = ${uid})
        + (select count(*) from invitation where inviter = ${uid}) as count`.execute(transaction);
    return Number(rows[0]?.count ?? 0);
  }

  async invite(
    transaction: Transaction<Tables>,
    inviter: number,
    invitee: number,
    nowMs: number,
  ): Promise<void> {
    await transaction
      .insertInto('invitation')
      .values({ inviter, invitee, created_ms: nowMs })
      .onConflict((conflict) => conflict.columns(['invitee', 'inviter']).doUpdateSet({ created_ms: nowMs }))
      .execute();
  }

  /** The invitation was announced by this event. */
  async announced(
    transaction: Transaction<Tables>,
    inviter: number,
    invitee: number,
    event_id: number,
  ): Promise<void> {
    await transaction
      .updateTable('invitation')
      .set({ event_id })
      .where('inviter', '=', inviter)
      .where('invitee', '=', invitee)
      .execute();
  }

  /** @returns whether there was one */
  async takeInvitation(transaction: Transaction<Tables>, inviter: number, invitee: number): Promise<boolean> {
    const row = await transaction
      .deleteFrom('invitation')
      .where('inviter', '=', inviter)
      .where('invitee', '=', invitee)
      .returning('inviter')
      .executeTakeFirst();
    return row !== undefined;
  }

  async befriend(transaction: Transaction<Tables>, uid: number, other: number): Promise<void> {
    const memo_json = JSON.stringify(NO_MEMO);
    await transaction
      .insertInto('friend')
      .values([
        { uid, friend: other, memo_json },
        { uid: other, friend: uid, memo_json },
      ])
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** @returns whether they were friends */
  async part(transaction: Transaction<Tables>, uid: number, other: number): Promise<boolean> {
    const rows = await transaction
      .deleteFrom('friend')
      .where(({ eb, or }) =>
        or([eb('uid', '=', uid).and('friend', '=', other), eb('uid', '=', other).and('friend', '=', uid)]),
      )
      .returning('uid')
      .execute();
    return rows.length > 0;
  }

  /** Sets what is given and leaves the rest. @returns the memo as it is now, or undefined when they are not friends */
  async setMemo(
    transaction: Transaction<Tables>,
    uid: number,
    friend: number,
    changes: Partial<Memo>,
  ): Promise<Memo | undefined> {
    const row = await transaction
      .selectFrom('friend')
      .select('memo_json')
      .where('uid', '=', uid)
      .where('friend', '=', friend)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return undefined;
    const memo: Memo = { ...JSON.parse(row.memo_json), ...changes };
    await transaction
      .updateTable('friend')
      .set({ memo_json: JSON.stringify(memo) })
      .where('uid', '=', uid)
      .where('friend', '=', friend)
      .execute();
    return memo;
  }
}
