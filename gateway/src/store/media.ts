/** Uploaded files: a row for each file beside its content. A sweep removes rows without content, and content without a row. */
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Settings } from '../config.js';
import type { MediaFiles, ReceivedFile } from './media-files.js';
import type { Database, Tables } from './schema.js';

const MEDIA_ID_BYTES = 16;
const PORTION = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A file without a row that is younger may be about to get one. */
const ORPHAN_AGE_MS = 60 * 60 * 1_000;
/** How often all names are read to find those without a row. */
const ORPHANS_INTERVAL_MS = DAY_MS;
/** How old the sum of all files may be on several nodes. */
const SUM_AGE_MS = 60_000;

type MediaRow = Tables['media'];
type NewMedia = Pick<MediaRow, 'appkey' | 'uid' | 'type' | 'mime' | 'fname'>;

/** The form of this gateway's media_ids. */
const MEDIA_ID = /^[0-9a-f]{32}$/;

/** Whether the account has uploaded it, as an image, and it is still there. */
export async function isOwnImage(
  transaction: Transaction<Tables>,
  uid: number,
  mediaId: string,
): Promise<boolean> {
  if (!MEDIA_ID.test(mediaId)) return false;
  const row = await transaction
    .selectFrom('media')
    .select('media_id')
    .where('media_id', '=', mediaId)
    .where('uid', '=', uid)
    .where('type', '=', 'image')
    .executeTakeFirst();
  return row !== undefined;
}

export class Media {
  #sweptOrphansMs = Number.NEGATIVE_INFINITY;
  #bytesKept: Promise<number> | undefined;
  #summedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Database,
    readonly files: MediaFiles,
    private readonly settings: Pick<Settings, 'mediaAgeMs'>,
    private readonly now: () => number,
    private readonly isShared: boolean,
  ) {}

  /** Makes a received file known. @returns its media_id, which cannot be guessed */
  async add(received: ReceivedFile, media: NewMedia): Promise<string> {
    const media_id = randomBytes(MEDIA_ID_BYTES).toString('hex');
    await this.files.keep(received, media_id);
    const { size, crc32, md5 } = received;
    const nowMs = this.now();
    try {
      await this.db
        .insertInto('media')
        .values({ media_id, ...media, size, crc32, md5, created_ms: nowMs, used_ms: nowMs })
        .execute();
    } catch (error) {
      await this.files.remove([media_id]);
      throw error;
    }
    this.#changeKept(size);
    return media_id;
  }

  async find(mediaId: string): Promise<MediaRow | undefined> {
    if (!MEDIA_ID.test(mediaId)) return undefined;
    return this.db.selectFrom('media').selectAll().where('media_id', '=', mediaId).executeTakeFirst();
  }

  /** As {@link find}; what is asked for is kept for longer. */
  async use(mediaId: string): Promise<MediaRow | undefined> {
    const row = await this.find(mediaId);
    const nowMs = this.now();
    if (row && row.used_ms < nowMs - DAY_MS) {
      await this.db.updateTable('media').set({ used_ms: nowMs }).where('media_id', '=', mediaId).execute();
    }
    return row;
  }

  /** How much an account has uploaded since then. */
  async bytesSince(uid: number, timeMs: number): Promise<number> {
    const row = await this.db
      .selectFrom('media')
      .select(({ fn }) => fn.sum<number | string | null>('size').as('bytes'))
      .where('uid', '=', uid)
      .where('created_ms', '>=', timeMs)
      .executeTakeFirst();
    return Number(row?.bytes ?? 0);
  }

  /** How much there is of everybody. Changes of this node are added, and those of other nodes are in the next sum. */
  bytesKept(): Promise<number> {
    if (this.isShared && performance.now() - this.#summedAt > SUM_AGE_MS) {
      this.#summedAt = performance.now();
      this.#bytesKept = undefined;
    }
    this.#bytesKept ??= this.db
      .selectFrom('media')
      .select(({ fn }) => fn.sum<number | string | null>('size').as('bytes'))
      .executeTakeFirst()
      .then((row) => Number(row?.bytes ?? 0));
    return this.#bytesKept;
  }

  #changeKept(bytes: number): void {
    this.#bytesKept = this.#bytesKept?.then((kept) => kept + bytes);
  }

  /** Deletes what nobody has asked for in a long time, and what has no row. */
  async sweep(): Promise<void> {
    const before = this.now() - this.settings.mediaAgeMs;
    await this.#keepAvatars(before);
    for (;;) {
      const { rows } = await sql<{ media_id: string; size: number }>`
        delete from media where media_id in (
          select media_id from media where used_ms < ${before} order by used_ms limit ${PORTION}
        ) returning media_id, size`.execute(this.db);
      // The row first: a file that is left without one is found later.
      await this.files.remove(rows.map(({ media_id }) => media_id));
      this.#changeKept(-rows.reduce((sum, { size }) => sum + Number(size), 0));
      if (rows.length < PORTION) break;
    }
    await this.files.removeIncoming(Date.now() - ORPHAN_AGE_MS);
    if (this.now() - this.#sweptOrphansMs < ORPHANS_INTERVAL_MS) return;
    await this.#removeOrphans();
    this.#sweptOrphansMs = this.now();
  }

  /** Avatars are in use whether or not somebody looks at them. */
  async #keepAvatars(before: number): Promise<void> {
    const due = await this.db
      .selectFrom('media')
      .select('media_id')
      .where('used_ms', '<', before)
      .executeTakeFirst();
    // Reading all profiles is for when there is something to delete.
    if (!due) return;
    await sql`
      update media set used_ms = ${this.now()}
      where used_ms < ${before} and media_id in (
        select (regexp_matches(profile_json, '"avatar":"([0-9a-f]{32})"', 'g'))[1] from account
        union all select avatar from chat_group
      )`.execute(this.db);
  }

  async #removeOrphans(): Promise<void> {
    for await (const names of this.files.olderThan(Date.now() - ORPHAN_AGE_MS, PORTION)) {
      const ids = names.filter((name) => MEDIA_ID.test(name));
      if (ids.length === 0) continue;
      const rows = await this.db
        .selectFrom('media')
        .select('media_id')
        .where('media_id', 'in', ids)
        .execute();
      const known = new Set(rows.map(({ media_id }) => media_id));
      await this.files.remove(ids.filter((id) => !known.has(id)));
    }
  }
}
