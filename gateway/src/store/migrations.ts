/** The schema's history. A released migration is never changed; a new one is added below. */
import { type Kysely, type Migration, type MigrationProvider, Migrator } from 'kysely';
import { accessTables } from './access-tables.js';
import { groups } from './group-tables.js';
import { mediaTables } from './media-tables.js';
import { relationTables } from './relation-tables.js';
import { resumeTables } from './resume-tokens.js';
import { volumeTables } from './volume.js';

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('account')
      .addColumn('uid', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
      .addColumn('appkey', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('password_hash', 'text', (column) => column.notNull())
      .addColumn('profile_json', 'text', (column) => column.notNull())
      .addColumn('mtime', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('account_name', ['appkey', 'username'])
      .execute();
    await db.schema
      .createTable('message')
      .addColumn('msg_id', 'bigint', (column) => column.primaryKey())
      .addColumn('sender', 'bigint', (column) => column.notNull())
      .addColumn('recipient', 'bigint', (column) => column.notNull())
      .addColumn('msg_level', 'smallint', (column) => column.notNull())
      .addColumn('need_receipt', 'boolean', (column) => column.notNull())
      .addColumn('custom_notification_json', 'text')
      .addColumn('content_json', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('mailbox')
      .addColumn('uid', 'bigint', (column) => column.notNull())
      .addColumn('peer', 'bigint', (column) => column.notNull())
      .addColumn('msg_id', 'bigint', (column) => column.notNull())
      .addColumn('pending', 'boolean', (column) => column.notNull())
      .addPrimaryKeyConstraint('mailbox_key', ['uid', 'peer', 'msg_id'])
      .execute();
    await db.schema
      .createIndex('mailbox_pending')
      .on('mailbox')
      .columns(['uid', 'msg_id', 'peer'])
      .where('pending' as never, '=', true as never)
      .execute();
    await db.schema
      .createTable('conversation')
      .addColumn('uid', 'bigint', (column) => column.notNull())
      .addColumn('peer', 'bigint', (column) => column.notNull())
      .addColumn('last_msg_id', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('conversation_key', ['uid', 'peer'])
      .execute();
    await db.schema
      .createTable('request')
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('answer_json', 'text', (column) => column.notNull())
      .addColumn('created_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('request_created').on('request').column('created_ms').execute();
  },
};

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001_first': first,
  '0010_groups': groups,
  '0020_relations': relationTables,
  '0030_media': mediaTables,
  '0040_resume': resumeTables,
  '0070_volume': volumeTables,
  '0080_access': accessTables,
};

const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };

/** Brings the database up to this build, or throws saying what failed. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}
