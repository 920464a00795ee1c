/** Tables of the guards: devices that an account knows, its sessions as people tell them apart, and who put whom into a group. */
import { type Kysely, type Migration, sql } from 'kysely';

export interface AccessTables {
  /** From where an account has been logged in to: a device or a network, as a digest. */
  known_origin: {
    uid: number;
    digest: string;
    seen_ms: number;
  };
}

export const accessTables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('known_origin')
      .addColumn('uid', 'bigint', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('seen_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('known_origin_key', ['uid', 'digest'])
      .execute();
    await db.schema.createIndex('known_origin_seen').on('known_origin').column('seen_ms').execute();
    await db.schema
      .alterTable('resume_token')
      .addColumn('session_id', 'text', (column) => column.notNull().defaultTo(''))
      .addColumn('family_digest', 'text', (column) => column.notNull().defaultTo(''))
      .addColumn('login_ms', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('address', 'text', (column) => column.notNull().defaultTo(''))
      .addColumn('agent', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await sql`update resume_token set session_id = md5(random()::text || uid::text || platform), login_ms = used_ms`.execute(
      db,
    );
    await db.schema
      .alterTable('group_member')
      .addColumn('added', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute();
    await db.schema
      .alterTable('join_request')
      .addColumn('invitation', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute();
  },
};
