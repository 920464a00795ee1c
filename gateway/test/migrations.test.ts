/** The history of the schema: a database of an earlier build is brought up to this one, and released steps stay as they are. */
import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { PGlitePool } from '../src/store/embedded/pglite-pool.js';
import { MIGRATIONS, migrate } from '../src/store/migrations.js';
import type { Tables } from '../src/store/schema.js';

const recorded = async (db: Kysely<Tables>): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
};

/** Of every statement that has been released, without comments and spaces. */
const RELEASED: Readonly<Record<string, string>> = {
  '0001_first': '0fea7dda3fd857f4',
  '0010_groups': 'b0e20472d66dd603',
  '0020_relations': '9ad5f13ec507ac6e',
  '0030_media': '5a46987299b9d244',
  '0040_resume': '47373f4fcfd2f098',
  '0070_volume': 'b8ce2e2ee9e68f8f',
  '0080_access': 'fba4d29417f37d3a',
};

test('a released migration is never changed', () => {
  const digests = Object.entries(MIGRATIONS).map(([name, text]) => {
    const statements = text.replace(/^\s*--.*$/gm, '').replace(/\s+/g, '');
    return [name, createHash('sha256').update(statements).digest('hex').slice(0, 16)];
  });
  expect(Object.fromEntries(digests)).toMatchObject(RELEASED);
});

test('a database of an earlier build keeps its rows and is brought up to this one once', async () => {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: await PGlitePool.open() }) });
  onTestFinished(() => db.destroy());
  await migrate(db, '0040_resume');
  const before = await recorded(db);
  await sql`insert into account (appkey, username, password_hash, profile_json, mtime)
    values ('key', 'anna', 'hash', '{}', 1)`.execute(db);
  await sql`insert into resume_token values (1, 'web', 'current', '', 5), (1, 'ios', 'other', '', 6)`.execute(
    db,
  );
  await sql`insert into group_member values (7, 1, 1, false, 0, 0, 1)`.execute(db);

  await migrate(db);

  expect(before).toEqual(['0001_first', '0010_groups', '0020_relations', '0030_media', '0040_resume']);
  expect(await recorded(db)).toEqual(Object.keys(MIGRATIONS));
  const tokens = await db.selectFrom('resume_token').selectAll().orderBy('used_ms').execute();
  expect(tokens).toMatchObject([
    { platform: 'web', current_digest: 'current', family_digest: '', login_ms: 5 },
    { platform: 'ios', current_digest: 'other', family_digest: '', login_ms: 6 },
  ]);
  expect(new Set(tokens.map(({ session_id }) => session_id)).size).toBe(2);
  expect(tokens.every(({ session_id }) => session_id !== '')).toBe(true);
  expect(await db.selectFrom('group_member').select('added').execute()).toEqual([{ added: false }]);
  expect(await db.selectFrom('account').select('username').execute()).toEqual([{ username: 'anna' }]);

  await migrate(db);
  expect(await recorded(db)).toEqual(Object.keys(MIGRATIONS));
  expect(await db.selectFrom('resume_token').selectAll().orderBy('used_ms').execute()).toEqual(tokens);
});
