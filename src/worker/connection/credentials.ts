/**
 * The secrets with which an account reconnects: a resume token, if the server gives them, else a signature and the password's digest. Only the
 * token is on the disk: it is worthless without its device, and nearly so once it was used.
 */
import type { AuthPayload, ResumeToken } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import type { Store } from '../store/store.js';
import type { Account } from './account.js';
import type { Connection } from './connection.js';
import { DROPPED, type OnAck, type Reply } from './request.js';

export class Credentials {
  #token: ResumeToken | null;
  #saved: Promise<void> = Promise.resolve();

  constructor(
    readonly account: Account,
    /** The signature that was presented last, or a fresher one. */
    public auth: AuthPayload | null,
    token: ResumeToken | null,
    private readonly store: Pick<Store, 'putToken'>,
    private readonly platform: Pick<Platform, 'uuid' | 'clock'>,
  ) {
    this.#token = token;
  }

  get token(): ResumeToken | null {
    return this.#token;
  }

  /** Whether the tabs want the recent history of the conversations (specification: 漫游参数). */
  get roaming(): boolean {
    return this.auth?.flag ?? this.#token?.roaming ?? false;
  }

  /** Presents the token, once it is on the disk. */
  async resume(connection: Connection): Promise<Reply> {
    await this.#saved;
    const token = this.#token;
    if (!token) return DROPPED;
    const reply = await connection.resume(this.account, token, this.roaming);
    this.#take(reply, token);
    return reply;
  }

  /** Presents the password. */
  async login(connection: Connection, onAck?: OnAck): Promise<Reply> {
    const { uuid, clock } = this.platform;
    const { device = uuid(), renewals = 0 }: Partial<ResumeToken> = this.#token ?? {};
    const reply = await connection.login(this.account, device, onAck);
    // It revokes the tokens of earlier logins, and a tab may still have one of those that was renewed more often.
    this.#take(reply, {
      device,
      token: '',
      renewals: Math.max(renewals, clock.now()),
      roaming: this.roaming,
    });
    return reply;
  }

  /** The server no longer accepts the token. */
  forgetToken(): Promise<void> {
    return this.#save(null);
  }

  #take(reply: Reply, before: ResumeToken): void {
    if (reply.kind !== 'answer' || reply.answer.code !== 0) return;
    const { resume_token: token } = reply.answer;
    if (typeof token !== 'string') return;
    void this.#save({ ...before, token, renewals: before.renewals + 1, roaming: this.roaming });
  }

  #save(token: ResumeToken | null): Promise<void> {
    this.#token = token;
    this.#saved = this.#saved.then(() => this.store.putToken(token));
    return this.#saved;
  }
}

/** The token that the server gave later. */
export function newerToken(a: ResumeToken | null, b: ResumeToken | null): ResumeToken | null {
  if (!a || !b) return a ?? b;
  return a.renewals >= b.renewals ? a : b;
}
