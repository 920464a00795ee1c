/**
 * The schema's history: each file of `migrations/` runs once, in the order of names, and the database records its name. A released file is
 * never changed; a new one is added below.
 */
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import first from './migrations/0001_first.sql?raw';
import groups from './migrations/0010_groups.sql?raw';
import relations from './migrations/0020_relations.sql?raw';
import media from './migrations/0030_media.sql?raw';
import resume from './migrations/0040_resume.sql?raw';
import volume from './migrations/0070_volume.sql?raw';
import access from './migrations/0080_access.sql?raw';
import nodes from './migrations/0090_nodes.sql?raw';
import storeMessages from './migrations/0100_store_messages.sql?raw';
import waiting from './migrations/0110_waiting.sql?raw';
import cacheChanges from './migrations/0120_cache_changes.sql?raw';
import messagesBetween from './migrations/0130_messages_between.sql?raw';
import mailedMessages from './migrations/0140_mailed_messages.sql?raw';
import acknowledgeUpTo from './migrations/0150_acknowledge_up_to.sql?raw';
import storeLot from './migrations/0160_store_lot.sql?raw';

export const MIGRATIONS: Readonly<Record<string, string>> = {
  '0001_first': first,
  '0010_groups': groups,
  '0020_relations': relations,
  '0030_media': media,
  '0040_resume': resume,
  '0070_volume': volume,
  '0080_access': access,
  '0090_nodes': nodes,
  '0100_store_messages': storeMessages,
  '0110_waiting': waiting,
  '0120_cache_changes': cacheChanges,
  '0130_messages_between': messagesBetween,
  '0140_mailed_messages': mailedMessages,
  '0150_acknowledge_up_to': acknowledgeUpTo,
  '0160_store_lot': storeLot,
};

/** A statement ends with its line, and so does none between two `$$`. */
const STATEMENT = /(?:\$\$[\s\S]*?\$\$|(?!;[^\S\n]*$)[\s\S])+/gm;

/** Each is executed alone, since a prepared query of PostgreSQL has one statement. */
const statementsOf = (text: string): string[] =>
  (text.match(STATEMENT) ?? [])
    .map((statement) => statement.replace(/^;\s*/, '').trim())
    .filter((statement) => statement !== '');

const migrationOf = (text: string): Migration => ({
  up: async (db: Kysely<unknown>) => {
    for (const statement of statementsOf(text)) await sql.raw(statement).execute(db);
  },
});

/**
 * Brings the database up to this build, or throws saying what failed.
 * @param last the name of the migration to stop at; all if it is not given
 */
export async function migrate<T>(db: Kysely<T>, last?: string): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, text]) => [name, migrationOf(text)]),
  );
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  if (error !== undefined) throw error;
}
