/** Tables of the guards: devices that an account knows, its sessions as people tell them apart, and who put whom into a group. */
import { type Kysely, type Migration, sql } from 'kysely';

export interface AccessTables {
  /** From where an account has been logged in to: a device or a network, as a digest. */
  known_origin: {
    uid: number;
    digest: string;
    seen_ms: number;
  };
  /** The sessions of an account, one for each platform. */
  resume_token: {
    uid: number;
    platform: string;
    /** Of device and token. */
    current_digest: string;
    /** '' if there is none. */
    previous_digest: string;
    used_ms: number;
    /** By which its owner names the session. */
    session_id: string;
    /** Of device and family; '' for tokens of before there were families. */
    family_digest: string;
    login_ms: number;
    /** From where it was last used, and by which program. */
    address: string;
    agent: string;
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
