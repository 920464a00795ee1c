/**
 * An account's sessions: one for each platform, with its resume token. The token replaces signature and password, and works on one device.
 * Each use gives the next token. The previous one stays valid until the next has been used, so that a lost answer locks no client out. An
 * older token was copied. The gateway cannot know which of its two holders is the owner, so the session ends for both. Only
 * digests are stored.
 *
 * A session is entered within the transaction that has found its password or token good. A change of the password waits for that transaction and
 * ends the session then, or comes first and the session is not entered.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Database, Tables } from './schema.js';
import { deviceDigest, endSeats, takeSeat } from './seats.js';

const SECRET_BYTES = 32;
/** The beginning of all tokens of one login, by which an outdated one is told from one that was made up. */
const FAMILY_BYTES = 16;
const FAMILY_CHARS = Math.ceil((FAMILY_BYTES * 4) / 3);
const ID_BYTES = 12;

/** Whose session it is. */
interface TokenOwner {
  uid: number;
  platform: string;
}

/** From where, and by which program. */
export interface Peer {
  address: string;
  agent: string;
}

interface SessionRow extends Peer {
  session_id: string;
  platform: string;
  login_ms: number;
  used_ms: number;
}

/** Enters the session. @returns whether it was entered: if not, nothing is changed */
export type Enter = (session: EnteredSession) => boolean;

/** A session in the moment that it begins. */
export interface EnteredSession {
  id: string;
  loginMs: number;
  /** Its number among the sessions of the account's platform on all nodes; 0 where there is only one node. */
  seat: number;
}

export type Opened = { token?: string } | 'passwordChanged' | 'notEntered';
export type Renewed = { token: string } | 'notGood' | 'outdated' | 'notEntered';

/** Undoes a transaction. */
class NotEntered extends Error {}

/** Of all platforms: part of what shuts the account's sessions out. */
export async function revokeAll(transaction: Transaction<Tables>, uid: number): Promise<void> {
  await transaction.deleteFrom('resume_token').where('uid', '=', uid).execute();
}

export class ResumeTokens {
  constructor(
    private readonly db: Database,
    private readonly lifetimeMs: number,
    private readonly now: () => number,
    /** Whether the account's sessions are on several nodes. */
    private readonly isShared: boolean,
  ) {}

  /**
   * Opens a session in place of the one that the platform has.
   * @param device without it there is no token, and none of before stays good
   * @param passwordHash the digest by which the password was verified
   */
  open(
    owner: TokenOwner,
    device: string | undefined,
    passwordHash: string,
    peer: Peer,
    enter: Enter,
  ): Promise<Opened> {
    const { uid, platform } = owner;
    const loginMs = this.now();
    const id = newId();
    return this.#attempt(async (transaction) => {
      const account = await transaction
        .selectFrom('account')
        .select('uid')
        .where('uid', '=', uid)
        .where('password_hash', '=', passwordHash)
        .forShare()
        .executeTakeFirst();
      if (!account) return 'passwordChanged';
      if (device === undefined) {
        await remove(transaction, owner);
        await this.#enter(transaction, owner, device, { id, loginMs }, enter);
        return {};
      }
      const family = newFamily();
      const token = newToken(family);
      const row = {
        current_digest: digest(device, token),
        previous_digest: '',
        used_ms: loginMs,
        session_id: id,
        family_digest: digest(device, family),
        login_ms: loginMs,
        ...peer,
      };
      await transaction
        .insertInto('resume_token')
        .values({ uid, platform, ...row })
        .onConflict((conflict) => conflict.columns(['uid', 'platform']).doUpdateSet(row))
        .execute();
      await this.#enter(transaction, owner, device, { id, loginMs }, enter);
      return { token };
    });
  }

  /** Opens the session again that the token was given for. */
  renew(owner: TokenOwner, device: string, token: string, peer: Peer, enter: Enter): Promise<Renewed> {
    const { uid, platform } = owner;
    const presented = digest(device, token);
    const presentedFamily = token.slice(0, FAMILY_CHARS);
    return this.#attempt(async (transaction) => {
      const row = await transaction
        .selectFrom('resume_token')
        .select(['current_digest', 'previous_digest', 'family_digest', 'session_id', 'login_ms'])
        .where('uid', '=', uid)
        .where('platform', '=', platform)
        .where('used_ms', '>', this.now() - this.lifetimeMs)
        .forUpdate()
        .executeTakeFirst();
      if (!row) return 'notGood';
      const isGood = [row.current_digest, row.previous_digest].map((one) => equal(presented, one));
      const isOfFamily = equal(digest(device, presentedFamily), row.family_digest);
      if (!isGood.includes(true)) {
        if (!isOfFamily) return 'notGood';
        await remove(transaction, owner);
        if (this.isShared) await endSeats(transaction, uid, 'otherLogin', row.session_id);
        return 'outdated';
      }
      const family = isOfFamily ? presentedFamily : newFamily();
      const next = newToken(family);
      await transaction
        .updateTable('resume_token')
        .set({
          current_digest: digest(device, next),
          previous_digest: presented,
          family_digest: digest(device, family),
          used_ms: this.now(),
          ...peer,
        })
        .where('uid', '=', uid)
        .where('platform', '=', platform)
        .execute();
      const session = { id: row.session_id, loginMs: row.login_ms };
      await this.#enter(transaction, owner, device, session, enter);
      return { token: next };
    });
  }

  /** The token of a session. A later login on the platform keeps its own. */
  async revoke(uid: number, id: string): Promise<void> {
    await this.db.deleteFrom('resume_token').where('uid', '=', uid).where('session_id', '=', id).execute();
  }

  /** Ends one of the account's sessions. @returns whether it had a token, or is on another node */
  async revokeById(transaction: Transaction<Tables>, uid: number, id: string): Promise<boolean> {
    const rows = await transaction
      .deleteFrom('resume_token')
      .where('uid', '=', uid)
      .where('session_id', '=', id)
      .returning('platform')
      .execute();
    const wasSeated = this.isShared && (await endSeats(transaction, uid, 'otherLogin', id));
    return rows.length > 0 || wasSeated;
  }

  /** The sessions that can come back, the one used last first. */
  list(uid: number): Promise<SessionRow[]> {
    return this.db
      .selectFrom('resume_token')
      .select(['session_id', 'platform', 'login_ms', 'used_ms', 'address', 'agent'])
      .where('uid', '=', uid)
      .where('used_ms', '>', this.now() - this.lifetimeMs)
      .orderBy('used_ms', 'desc')
      .execute();
  }

  async sweep(): Promise<void> {
    await this.db
      .deleteFrom('resume_token')
      .where('used_ms', '<', this.now() - this.lifetimeMs)
      .execute();
  }

  async #enter(
    transaction: Transaction<Tables>,
    owner: TokenOwner,
    device: string | undefined,
    session: Pick<EnteredSession, 'id' | 'loginMs'>,
    enter: Enter,
  ): Promise<void> {
    const seat = this.isShared
      ? await takeSeat(transaction, { ...owner, id: session.id, device: deviceDigest(device) })
      : 0;
    if (!enter({ ...session, seat })) throw new NotEntered();
  }

  async #attempt<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T | 'notEntered'> {
    try {
      return await this.db.transaction().execute(work);
    } catch (error) {
      if (error instanceof NotEntered) return 'notEntered';
      throw error;
    }
  }
}

async function remove(db: Kysely<Tables>, { uid, platform }: TokenOwner): Promise<void> {
  await db.deleteFrom('resume_token').where('uid', '=', uid).where('platform', '=', platform).execute();
}

const newId = (): string => randomBytes(ID_BYTES).toString('base64url');
const newFamily = (): string => randomBytes(FAMILY_BYTES).toString('base64url');
const newToken = (family: string): string => family + randomBytes(SECRET_BYTES).toString('base64url');

/** A token has as much chance in it as its digest: no salt and no slow hash is needed. */
const digest = (device: string, token: string): string =>
  createHash('sha256')
    .update(JSON.stringify([device, token]))
    .digest('base64url');

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
