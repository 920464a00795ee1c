/** The tables of what was uploaded, of this gateway's own secrets, and of accounts that may not log in. */
import type { Kysely, Migration } from 'kysely';

export interface MediaTables {
  /** An uploaded file; its content lies in the media directory under its media_id. */
  media: {
    media_id: string;
    appkey: string;
    /** The uploader. */
    uid: number;
    /** The declared type of the upload: `image` or `file`. */
    type: string;
    /** By its content; '' when that says nothing. */
    mime: string;
    size: number;
    fname: string;
    crc32: number;
    md5: string;
    created_ms: number;
    /** When somebody last asked for it, to the day. */
    used_ms: number;
  };
  /** This gateway's signing key. */
  secret: {
    name: string;
    value: string;
  };
  /** Accounts that the application has shut out. */
  disabled_account: {
    uid: number;
  };
}

export const mediaTables: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('media')
      .addColumn('media_id', 'text', (column) => column.primaryKey())
      .addColumn('appkey', 'text', (column) => column.notNull())
      .addColumn('uid', 'bigint', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('mime', 'text', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('fname', 'text', (column) => column.notNull())
      .addColumn('crc32', 'bigint', (column) => column.notNull())
      .addColumn('md5', 'text', (column) => column.notNull())
      .addColumn('created_ms', 'bigint', (column) => column.notNull())
      .addColumn('used_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('media_used').on('media').column('used_ms').execute();
    await db.schema.createIndex('media_uploaded').on('media').columns(['uid', 'created_ms']).execute();
    await db.schema
      .createTable('secret')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('disabled_account')
      .addColumn('uid', 'bigint', (column) => column.primaryKey())
      .execute();
  },
};
