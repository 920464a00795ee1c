/** Accounts that the application's own server makes, many at once. */
import { sql } from 'kysely';
import type { Profile } from './accounts.js';
import type { Database } from './schema.js';

export interface Registration {
  username: string;
  passwordHash: string;
  profile: Profile;
}

/** @returns the names of those that were made; the others were taken */
export async function registerAll(
  db: Database,
  appkey: string,
  registrations: readonly Registration[],
  nowMs: number,
): Promise<Set<string>> {
  const rows = registrations.map(({ username, passwordHash, profile }) => ({
    username,
    password_hash: passwordHash,
    profile_json: JSON.stringify(profile),
  }));
  const made = await sql<{ username: string }>`
    insert into account (appkey, username, password_hash, profile_json, mtime)
    select ${appkey}, username, password_hash, profile_json, ${Math.floor(nowMs / 1_000)}::bigint
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as input (username text, password_hash text, profile_json text)
    on conflict (appkey, username) do nothing
    returning username`.execute(db);
  return new Set(made.rows.map(({ username }) => username));
}
