/** Accounts: who exists, with which password digest and profile. Profiles in use are kept in memory, password hashes never. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Extras, UserInfo, UserName } from '../../../src/protocol/index.js';
import type { CacheLimits } from './cache-limits.js';
import { ReadCache } from './read-cache.js';
import { readTogether } from './read-together.js';
import { type KeptAnswer, rememberAnswer } from './requests.js';
import { revokeAll } from './resume-tokens.js';
import type { Database, Tables } from './schema.js';
import { endSeats } from './seats.js';

/** The fields of a profile that its owner has set; others are absent. */
export interface Profile {
  /** media_id */
  avatar?: string | undefined;
  nickname?: string | undefined;
  birthday?: string | number | undefined;
  signature?: string | undefined;
  gender?: number | undefined;
  region?: string | undefined;
  address?: string | undefined;
  extras?: Extras | undefined;
}

interface UserKey {
  appkey: string;
  username: string;
}

export interface Account {
  uid: number;
  appkey: string;
  username: string;
  profile: Profile;
  mtime: number;
}

type Row = Pick<Tables['account'], 'appkey' | 'username' | 'profile_json' | 'mtime'> & { uid: number };

export const PROFILE_COLUMNS = ['uid', 'appkey', 'username', 'profile_json', 'mtime'] as const;

export function accountOf(row: Row): Account {
  const { uid, appkey, username, mtime } = row;
  return { uid, appkey, username, mtime, profile: JSON.parse(row.profile_json) };
}

export function userInfoOf({ username, appkey, mtime, profile }: Account): UserInfo {
  return {
    username,
    appkey,
    nickname: profile.nickname ?? '',
    avatar: profile.avatar ?? '',
    birthday: String(profile.birthday ?? ''),
    gender: profile.gender ?? 0,
    signature: profile.signature ?? '',
    region: profile.region ?? '',
    address: profile.address ?? '',
    mtime,
    extras: profile.extras ?? {},
  };
}

/** On the wire users have their `uid` too: scripts know by it whose profile is how old. */
export const wireUserOf = (account: Account): UserInfo & { uid: number } => ({
  ...userInfoOf(account),
  uid: account.uid,
});

export const userNameOf = ({ username, appkey, profile }: Account): UserName => ({
  username,
  appkey,
  nickname: profile.nickname ?? '',
});

/** Whether the database can hold a name as it is: no NUL, no half of a surrogate pair. */
export const isStorableName = (name: string): boolean => !name.includes('\0') && !/\p{Cs}/u.test(name);

/** The part of a text that the database can hold. */
export const storableText = (text: string): string => text.replaceAll('\0', '').replace(/\p{Cs}/gu, '');

/**
 * Whether a new account may have that name: it cannot be taken for another one. Refused are control
 * characters, invisible ones, line ends, blanks at either end, and letters that have a plain form (NFKC).
 */
export const isPlainName = (name: string): boolean =>
  isStorableName(name) &&
  name === name.normalize('NFKC') &&
  name === name.trim() &&
  !/[\p{C}\u2800\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name);

export class Accounts {
  /** Of those in use, by {@link cacheKey}. */
  readonly cache: ReadCache<string, Account>;

  constructor(
    private readonly db: Database,
    cache: CacheLimits,
    /** Whether the account's sessions are on several nodes. */
    private readonly isShared: boolean,
  ) {
    this.cache = new ReadCache(
      cache,
      readTogether((keys: readonly string[]) => this.#readAll(keys)),
    );
  }

  /** @returns undefined for a name that nobody has */
  async find(appkey: string, username: string): Promise<Account | undefined> {
    if (!isStorableName(username) || !isStorableName(appkey)) return undefined;
    return this.cache.get(cacheKey({ appkey, username }));
  }

  /** Several at once, each at its index. */
  findAll(names: readonly UserKey[]): Promise<(Account | undefined)[]> {
    return Promise.all(names.map(({ appkey, username }) => this.find(appkey, username)));
  }

  async #readAll(keys: readonly string[]): Promise<(Account | undefined)[]> {
    const rows = await this.db
      .selectFrom('account')
      .select(PROFILE_COLUMNS)
      .where(
        sql<boolean>`(appkey, username) in (
          select appkey, username
          from json_to_recordset(${JSON.stringify(keys.map(userKeyOf))}::json) as wanted (appkey text, username text)
        )`,
      )
      .execute();
    const found = new Map(rows.map((row) => [cacheKey(row), accountOf(row)]));
    return keys.map((key) => found.get(key));
  }

  /**
   * Those of the accounts that there are, in no order.
   * @param db the transaction, inside of a change
   */
  async byIds(uids: readonly number[], db: Kysely<Tables> = this.db): Promise<Account[]> {
    if (uids.length === 0) return [];
    const rows = await db.selectFrom('account').select(PROFILE_COLUMNS).where('uid', 'in', uids).execute();
    return rows.map(accountOf);
  }

  async passwordHash(uid: number): Promise<string | undefined> {
    const row = await this.db
      .selectFrom('account')
      .select('password_hash')
      .where('uid', '=', uid)
      .executeTakeFirst();
    return row?.password_hash;
  }

  /** @returns false when the name is taken */
  async create(
    account: { appkey: string; username: string; passwordHash: string; profile: Profile },
    kept: KeptAnswer,
  ): Promise<boolean> {
    return this.db.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('account')
        .values({
          appkey: account.appkey,
          username: account.username,
          password_hash: account.passwordHash,
          profile_json: JSON.stringify(account.profile),
          mtime: Math.floor(kept.nowMs / 1_000),
        })
        .onConflict((conflict) => conflict.columns(['appkey', 'username']).doNothing())
        .returning('uid')
        .executeTakeFirst();
      if (!made) return false;
      await rememberAnswer(transaction, kept);
      return true;
    });
  }

  /**
   * A session with the old password cannot return without the new one.
   * @param kept the answer to keep with it, and the hash that is to be replaced, where a client knew the password
   * @returns false if it has been changed since
   */
  async setPassword(
    uid: number,
    passwordHash: string,
    { kept, instead }: { kept?: KeptAnswer; instead?: string } = {},
  ): Promise<boolean> {
    return this.db.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('account')
        .set({ password_hash: passwordHash })
        .where('uid', '=', uid)
        .$if(instead !== undefined, (query) => query.where('password_hash', '=', instead ?? ''))
        .returning('uid')
        .executeTakeFirst();
      if (!changed) return false;
      await revokeAll(transaction, uid);
      if (this.isShared) await endSeats(transaction, uid, 'passwordChanged');
      if (kept) await rememberAnswer(transaction, kept);
      return true;
    });
  }

  /**
   * Sets the fields that are given and leaves the others.
   * @returns the argument for {@link keep} after the commit
   */
  async updateProfile(
    transaction: Transaction<Tables>,
    uid: number,
    changes: Profile,
    nowMs: number,
  ): Promise<Account> {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const { profile_json } = await transaction
      .selectFrom('account')
      .select('profile_json')
      .where('uid', '=', uid)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const profile: Profile = { ...JSON.parse(profile_json), ...given };
    const row = await transaction
      .updateTable('account')
      .set({ profile_json: JSON.stringify(profile), mtime: Math.floor(nowMs / 1_000) })
      .where('uid', '=', uid)
      .returning(PROFILE_COLUMNS)
      .executeTakeFirstOrThrow();
    return accountOf(row);
  }

  /** Keeps what is committed. */
  keep(account: Account): void {
    this.cache.keep(cacheKey(account), account);
  }
}

/** By which nodes name it to each other. */
export const cacheKey = ({ appkey, username }: UserKey): string => `${appkey}\0${username}`;

export function userKeyOf(key: string): UserKey {
  const [appkey = '', username = ''] = key.split('\0');
  return { appkey, username };
}
