/**
 * From where an account has been logged in to before: its devices, and the networks of clients that name none. Somebody else's guesses do not
 * keep these out. Digests only, the latest of each account, for as long as a resume token is good.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './schema.js';

/** Of one account; who logs in from ever new ones knows the password. */
const MAX_ORIGINS = 50;
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface Origin {
  kind: 'device' | 'network';
  name: string;
}

export class KnownOrigins {
  constructor(
    private readonly db: Database,
    private readonly lifetimeMs: number,
    private readonly now: () => number,
  ) {}

  /** @returns the kinds of those from which the account has been logged in to, with when it was last noted */
  async among(uid: number, origins: readonly Origin[]): Promise<Map<Origin['kind'], number>> {
    const digests = origins.map(digestOf);
    const rows = await this.db
      .selectFrom('known_origin')
      .select(['digest', 'seen_ms'])
      .where('uid', '=', uid)
      .where('digest', 'in', digests)
      .where('seen_ms', '>', this.now() - this.lifetimeMs)
      .execute();
    const seen = new Map(rows.map(({ digest, seen_ms }) => [digest, seen_ms]));
    const known = new Map<Origin['kind'], number>();
    for (const origin of origins) {
      const seenMs = seen.get(digestOf(origin));
      if (seenMs !== undefined) known.set(origin.kind, seenMs);
    }
    return known;
  }

  /** @param known the result of {@link among}; an origin that was noted today is not noted again */
  async remember(
    uid: number,
    origins: readonly Origin[],
    known: ReadonlyMap<Origin['kind'], number>,
  ): Promise<void> {
    const seen_ms = this.now();
    if (origins.every(({ kind }) => (known.get(kind) ?? 0) > seen_ms - DAY_MS)) return;
    await this.db
      .insertInto('known_origin')
      .values(origins.map((origin) => ({ uid, digest: digestOf(origin), seen_ms })))
      .onConflict((conflict) => conflict.columns(['uid', 'digest']).doUpdateSet({ seen_ms }))
      .execute();
    await sql`
      delete from known_origin where uid = ${uid} and digest in (
        select digest from known_origin where uid = ${uid} order by seen_ms desc offset ${MAX_ORIGINS}
      )`.execute(this.db);
  }

  async sweep(): Promise<void> {
    await this.db
      .deleteFrom('known_origin')
      .where('seen_ms', '<', this.now() - this.lifetimeMs)
      .execute();
  }
}

/** A device's name is as random as a token. The digest of an address hides little, but prevents reading it by accident. */
const digestOf = ({ kind, name }: Origin): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, name]))
    .digest('base64url');
