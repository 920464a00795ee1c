/** Events, groups, group messages, chat rooms. */
import { type Kysely, type Migration, sql } from 'kysely';

/** Numbers below are kept free for gids and rooms that a deployment gives out by hand. */
const FIRST_GID = 10_000_001;
const FIRST_ROOM_ID = 10_000_001;

export const groups: Migration = {
  async up(db: Kysely<unknown>) {
    await events(db);
    await groupTables(db);
    await roomTables(db);
  },
};

async function events(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event')
    .addColumn('event_id', 'bigint', (column) => column.primaryKey())
    .addColumn('event_json', 'text', (column) => column.notNull())
    .addColumn('except_platform', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('event_box')
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('event_id', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_box_key', ['uid', 'event_id'])
    .execute();
  await db.schema.createIndex('event_box_id').on('event_box').column('event_id').execute();
  await db.schema
    .createTable('event_mark')
    .addColumn('uid', 'bigint', (column) => column.primaryKey())
    .addColumn('acked', 'bigint', (column) => column.notNull())
    .execute();
}

async function groupTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('chat_group')
    .addColumn('gid', 'bigint', (column) =>
      column.modifyEnd(sql`generated always as identity (start with ${sql.lit(FIRST_GID)})`).primaryKey(),
    )
    .addColumn('appkey', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('avatar', 'text', (column) => column.notNull())
    .addColumn('is_public', 'boolean', (column) => column.notNull())
    .addColumn('ctime', 'bigint', (column) => column.notNull())
    .addColumn('mtime', 'bigint', (column) => column.notNull())
    .addColumn('last_msg_id', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('chat_group_public')
    .on('chat_group')
    .columns(['appkey', 'gid'])
    .where('is_public' as never, '=', true as never)
    .execute();
  await db.schema
    .createTable('group_member')
    .addColumn('gid', 'bigint', (column) => column.notNull())
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('role', 'smallint', (column) => column.notNull())
    .addColumn('silenced', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('joined_msg_id', 'bigint', (column) => column.notNull())
    .addColumn('acked_msg_id', 'bigint', (column) => column.notNull())
    .addColumn('mtime', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('group_member_key', ['gid', 'uid'])
    .execute();
  await db.schema.createIndex('group_member_uid').on('group_member').column('uid').execute();
  await db.schema
    .createTable('join_request')
    .addColumn('event_id', 'bigint', (column) => column.primaryKey())
    .addColumn('gid', 'bigint', (column) => column.notNull())
    .addColumn('inviter', 'bigint', (column) => column.notNull())
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('processed', 'boolean', (column) => column.notNull().defaultTo(false))
    .execute();
  await db.schema
    .createIndex('join_request_group')
    .on('join_request')
    .columns(['gid', 'uid', 'inviter'])
    .execute();
  await db.schema
    .alterTable('message')
    .addColumn('gid', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('no_offline', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('receivers', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema
    .createIndex('message_group')
    .on('message')
    .columns(['gid', 'msg_id'])
    .where('gid' as never, '>', 0 as never)
    .execute();
}

async function roomTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('room')
    .addColumn('id', 'bigint', (column) =>
      column.modifyEnd(sql`generated always as identity (start with ${sql.lit(FIRST_ROOM_ID)})`).primaryKey(),
    )
    .addColumn('appkey', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('owner', 'bigint', (column) => column.notNull())
    .addColumn('max_member_count', 'integer', (column) => column.notNull())
    .addColumn('ctime', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('room_appkey').on('room').columns(['appkey', 'id']).execute();
  await db.schema
    .createTable('room_message')
    .addColumn('msg_id', 'bigint', (column) => column.primaryKey())
    .addColumn('room_id', 'bigint', (column) => column.notNull())
    .addColumn('content_json', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('room_message_room')
    .on('room_message')
    .columns(['room_id', 'msg_id'])
    .execute();
  await db.schema
    .createTable('room_ban')
    .addColumn('room_id', 'bigint', (column) => column.notNull())
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('room_ban_key', ['room_id', 'uid'])
    .execute();
}
