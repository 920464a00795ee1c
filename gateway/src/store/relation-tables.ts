/** The tables of what an account thinks of others and has read. */
import type { Kysely, Migration } from 'kysely';

/**
 * - `black`        users who may not write
 * - `quiet_user`   no-disturb: users, …
 * - `quiet_group`  … groups, …
 * - `quiet_all`    … everybody (the target is 0)
 * - `shield`       groups whose messages are not pushed
 */
export type List = 'black' | 'quiet_user' | 'quiet_group' | 'quiet_all' | 'shield';

export interface RelationTables {
  /** A friendship is two rows, one for each side, with what that side calls the other. */
  friend: {
    uid: number;
    friend: number;
    memo_json: string;
  };
  /** Asked and not yet answered. */
  invitation: {
    inviter: number;
    invitee: number;
    created_ms: number;
  };
  listed: {
    uid: number;
    list: List;
    /** uid or gid. */
    target: number;
  };
  /** A message that its sender took back: nothing else of it is kept. */
  retracted: {
    msg_id: number;
    sender: number;
  };
  /** Up to where an account has read its conversation with a user (type 3) or in a group (4). */
  read_mark: {
    uid: number;
    type: number;
    /** uid or gid. */
    key: number;
    msg_id: number;
  };
  /** The accounts that have reported a message as read. */
  reader: {
    msg_id: number;
    uid: number;
  };
  /** A message that somebody has reported as read. */
  receipt: {
    msg_id: number;
    sender: number;
    unread_count: number;
    /** Of its last change. Increasing, and the time is part of it: see `MessageIds`. */
    change_id: number;
  };
  /** Up to where a sender has acknowledged the changes of receipts. */
  receipt_mark: {
    uid: number;
    acked: number;
  };
}

export const relationTables: Migration = {
  async up(db: Kysely<unknown>) {
    await friends(db);
    await lists(db);
    await reading(db);
  },
};

async function friends(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('friend')
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('friend', 'bigint', (column) => column.notNull())
    .addColumn('memo_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('friend_key', ['uid', 'friend'])
    .execute();
  await db.schema
    .createTable('invitation')
    .addColumn('inviter', 'bigint', (column) => column.notNull())
    .addColumn('invitee', 'bigint', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('invitation_key', ['invitee', 'inviter'])
    .execute();
  await db.schema.createIndex('invitation_inviter').on('invitation').column('inviter').execute();
  await db.schema.createIndex('invitation_created').on('invitation').column('created_ms').execute();
}

async function lists(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('listed')
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('list', 'text', (column) => column.notNull())
    .addColumn('target', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('listed_key', ['uid', 'list', 'target'])
    .execute();
  // The query for a group's audience reads its shields.
  await db.schema.createIndex('listed_target').on('listed').columns(['target', 'list', 'uid']).execute();
}

async function reading(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('mailbox')
    .addColumn('own', 'boolean', (column) => column.notNull().defaultTo(false))
    .execute();
  await db.schema
    .createTable('retracted')
    .addColumn('msg_id', 'bigint', (column) => column.primaryKey())
    .addColumn('sender', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('read_mark')
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addColumn('type', 'smallint', (column) => column.notNull())
    .addColumn('key', 'bigint', (column) => column.notNull())
    .addColumn('msg_id', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('read_mark_key', ['uid', 'type', 'key'])
    .execute();
  await db.schema
    .createTable('reader')
    .addColumn('msg_id', 'bigint', (column) => column.notNull())
    .addColumn('uid', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('reader_key', ['msg_id', 'uid'])
    .execute();
  await db.schema
    .createTable('receipt')
    .addColumn('msg_id', 'bigint', (column) => column.primaryKey())
    .addColumn('sender', 'bigint', (column) => column.notNull())
    .addColumn('unread_count', 'integer', (column) => column.notNull())
    .addColumn('change_id', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('receipt_change').on('receipt').columns(['sender', 'change_id']).execute();
  await db.schema
    .createTable('receipt_mark')
    .addColumn('uid', 'bigint', (column) => column.primaryKey())
    .addColumn('acked', 'bigint', (column) => column.notNull())
    .execute();
}
