/**
 * What clients come back with instead of a signature and a password: a token for each platform of an account, good on one device. Each use gives
 * the next one; the one before it stays good until the next has been used, so that an answer that is lost locks nobody out. Only digests are
 * stored.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely, Migration, Transaction } from 'kysely';
import type { Database, Tables } from './schema.js';

const TOKEN_BYTES = 32;

export interface ResumeTables {
  resume_token: {
    uid: number;
    platform: string;
    /** Of device and token. */
    current_digest: string;
    /** '' if there is none. */
    previous_digest: string;
    used_ms: number;
  };
}

export const resumeTables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('resume_token')
      .addColumn('uid', 'bigint', (column) => column.notNull())
      .addColumn('platform', 'text', (column) => column.notNull())
      .addColumn('current_digest', 'text', (column) => column.notNull())
      .addColumn('previous_digest', 'text', (column) => column.notNull())
      .addColumn('used_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('resume_token_key', ['uid', 'platform'])
      .execute();
  },
};

/** Whose token it is. */
export interface TokenOwner {
  uid: number;
  platform: string;
}

/** Of all platforms: part of what shuts the account's sessions out. */
export async function revokeAll(transaction: Transaction<Tables>, uid: number): Promise<void> {
  await transaction.deleteFrom('resume_token').where('uid', '=', uid).execute();
}

export class ResumeTokens {
  constructor(
    private readonly db: Database,
    private readonly lifetimeMs: number,
    private readonly now: () => number,
  ) {}

  /**
   * The first token of a session: what there was before is worth nothing any more.
   * @param passwordHash what the password was found right by
   * @returns undefined if the password has been changed since: what was revoked then must not come back
   */
  async issue(
    { uid, platform }: TokenOwner,
    device: string,
    passwordHash: string,
  ): Promise<string | undefined> {
    const token = newToken();
    const row = { current_digest: digest(device, token), previous_digest: '', used_ms: this.now() };
    return this.db.transaction().execute(async (transaction) => {
      const account = await transaction
        .selectFrom('account')
        .select('uid')
        .where('uid', '=', uid)
        .where('password_hash', '=', passwordHash)
        .forShare()
        .executeTakeFirst();
      if (!account) return undefined;
      await transaction
        .insertInto('resume_token')
        .values({ uid, platform, ...row })
        .onConflict((conflict) => conflict.columns(['uid', 'platform']).doUpdateSet(row))
        .execute();
      return token;
    });
  }

  /** @returns the next token; undefined for one that is not good */
  async renew({ uid, platform }: TokenOwner, device: string, token: string): Promise<string | undefined> {
    const presented = digest(device, token);
    const next = newToken();
    return this.db.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('resume_token')
        .select(['current_digest', 'previous_digest'])
        .where('uid', '=', uid)
        .where('platform', '=', platform)
        .where('used_ms', '>', this.now() - this.lifetimeMs)
        .forUpdate()
        .executeTakeFirst();
      const isGood = [row?.current_digest ?? '', row?.previous_digest ?? ''].map((one) =>
        equal(presented, one),
      );
      if (!isGood.includes(true)) return undefined;
      await transaction
        .updateTable('resume_token')
        .set({ current_digest: digest(device, next), previous_digest: presented, used_ms: this.now() })
        .where('uid', '=', uid)
        .where('platform', '=', platform)
        .execute();
      return next;
    });
  }

  async revoke({ uid, platform }: TokenOwner): Promise<void> {
    await this.db
      .deleteFrom('resume_token')
      .where('uid', '=', uid)
      .where('platform', '=', platform)
      .execute();
  }

  async sweep(): Promise<void> {
    await this.db
      .deleteFrom('resume_token')
      .where('used_ms', '<', this.now() - this.lifetimeMs)
      .execute();
  }
}

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** A token has as much chance in it as its digest: no salt and no slow hash is needed. */
const digest = (device: string, token: string): string =>
  createHash('sha256')
    .update(JSON.stringify([device, token]))
    .digest('base64url');

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
