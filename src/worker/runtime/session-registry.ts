/**
 * The live sessions, one for each account. A session is opened by a first login, or for tabs whose worker has died, and holds the account
 * lock. Callers take turns for each server and application, by {@link SessionRegistry.turns}.
 */
import {
  type AuthPayload,
  CODES,
  type Failure,
  failure,
  type ResumeToken,
  type StateSnapshot,
  type WorkerAddress,
} from '../../protocol/worker.js';
import type { Account, LoginAnswer } from '../connection/account.js';
import { Credentials, newerToken } from '../connection/credentials.js';
import { OpenRequests } from '../connection/open-requests.js';
import {
  keyOf,
  type PendingConnections,
  REACH_TIMEOUT_MS,
  RETRY_MS,
  type Target,
} from '../connection/pending-connections.js';
import type { Answer, OnAck } from '../connection/request.js';
import { ended, isTerminal } from '../outbox/record.js';
import type { Platform } from '../platform/platform.js';
import { Session, type SessionTab } from '../session/session.js';
import type { KeptAccount } from '../session/session-options.js';
import type { Store } from '../store/store.js';
import { EventLog } from '../tabs/event-log.js';
import { delay, within } from '../util/clock.js';
import { Mutex } from '../util/mutex.js';
import { readCount } from '../util/read-answer.js';
import { AccountLock, type HeldAccount } from './account-lock.js';

type Established =
  | { kind: 'session'; session: Session }
  | { kind: 'refused'; error: Failure }
  | { kind: 'unreachable' };

/** For so long tabs follow to the worker that has taken a session over. Later the account is taken back: that worker may have died. */
const MOVED_MS = 5_000;

export interface SessionRegistryOptions {
  nextSeq(): number;
  log(text: string): void;
  warn(text: string): void;
  /** A newer worker has an account that this one was asked for. */
  onOutranked(to: WorkerAddress): void;
}

export class SessionRegistry {
  readonly turns = new Mutex();
  /** Also those that other workers have just taken over. */
  readonly #live = new Map<string, Session>();
  /** How each account's last session ended, unless it lapsed: a returning tab must not restore it. */
  readonly #endings = new Map<string, StateSnapshot>();
  /** The events of each account since its session was last ended. */
  readonly #logs = new Map<string, EventLog>();
  readonly #lock: AccountLock;

  constructor(
    private readonly platform: Platform,
    private readonly pending: PendingConnections,
    private readonly options: SessionRegistryOptions,
  ) {
    this.#lock = new AccountLock(platform, (to) => options.onOutranked(to));
  }

  /** The live session, or the one that another worker has just taken over. */
  last({ key }: Account): Session | undefined {
    return this.#live.get(key);
  }

  get(account: Account): Session | undefined {
    const last = this.last(account);
    return last?.ended ? undefined : last;
  }

  endingOf(account: Account): StateSnapshot | undefined {
    return this.#endings.get(account.key);
  }

  /** Any live session of that application, a connected one if there is one. */
  find(target: Target): Session | undefined {
    const sessions = [...this.#live.values()].filter(
      ({ account, ended }) => !ended && keyOf(account) === keyOf(target),
    );
    return sessions.find(({ connected }) => connected) ?? sessions[0];
  }

  /**
   * A first login, on the pending connection or on a new one. The tab belongs to the session from the start.
   * @param isWanted false once the tab has logged out again
   */
  establish(
    account: Account,
    auth: AuthPayload,
    tab: SessionTab,
    isWanted: () => boolean,
    onAck: OnAck,
  ): Promise<Established> {
    const { clock } = this.platform;
    return within(clock, REACH_TIMEOUT_MS, async (deadline) => {
      const held = await this.#lock.acquire(account.key, deadline);
      if (!held) return { kind: 'unreachable' };
      const opening = this.#open(account, auth, null);
      let session: Session | undefined;
      try {
        while (!deadline.aborted) {
          const found = await this.pending.initialise(account, auth);
          if (found.kind !== 'initialised') return found;
          const kept = await opening;
          // This worker was frozen meanwhile. Its login would end that of the account's new owner.
          if (held.isLost()) return { kind: 'refused', error: failure(CODES.superseded) };
          const connection = this.pending.take(account);
          const reply = connection && (await kept.credentials.login(connection, onAck));
          if (!connection || !reply || reply.kind === 'dropped') {
            await connection?.close();
            await delay(clock, RETRY_MS, deadline);
            continue;
          }
          if (reply.kind === 'timeout') {
            await connection.close();
            break;
          }
          if (reply.answer.code !== CODES.success) {
            this.pending.giveBack(account, connection);
            const error = { ...failure(CODES.unknown, reply.answer.message), code: reply.answer.code };
            return { kind: 'refused', error };
          }
          if (!isWanted()) {
            // The tab logged out meanwhile, so no session needs this login.
            await kept.credentials.forgetToken();
            await connection.close();
            return { kind: 'refused', error: failure(CODES.sessionEnded) };
          }
          session = this.#create(kept, loginAnswer(reply.answer), connection.requests, held);
          tab.knowsDigest = true;
          session.join(tab, null);
          session.start(connection);
          yieldTo(held, session);
          return { kind: 'session', session };
        }
        return { kind: 'unreachable' };
      } finally {
        if (!session) {
          held.release();
          void opening.then(({ store }) => store.close());
        }
      }
    });
  }

  /**
   * Restores a session of an earlier worker, or of an earlier run of the browser. It connects by itself, and its tabs' calls wait for that.
   * @param token from a tab's memory; there may be one on the disk as well
   * @returns undefined if there is neither a digest nor a token
   */
  async reopen(
    account: Account,
    auth: AuthPayload | null,
    token: ResumeToken | null,
  ): Promise<Session | undefined> {
    const held = await this.#acquire(account, REACH_TIMEOUT_MS);
    if (!held) return undefined;
    const kept = await this.#open(account, auth, token);
    if (!account.digest && !kept.credentials.token) {
      kept.store.close();
      held.release();
      return undefined;
    }
    const session = this.#create(kept, loginAnswer({}), new OpenRequests(this.platform.clock), held);
    session.start();
    yieldTo(held, session);
    return session;
  }

  /**
   * Takes over the sessions of that application which a worker of another build has, so that no second socket is opened beside theirs.
   * @returns one of them
   */
  async takeOver(target: Target, auth: AuthPayload): Promise<Session | undefined> {
    const prefix = `${keyOf(target)}|`;
    for (const key of await this.#lock.elsewhere(prefix)) {
      const account = { ...target, key, username: key.slice(prefix.length), digest: '' };
      const session = await this.reopen(account, auth, null);
      if (session) return session.unattended();
    }
    return undefined;
  }

  /** A send was reported as failed, so no session may transmit it. */
  async disown(account: Account, callId: string): Promise<void> {
    const error = failure(CODES.sessionEnded);
    const live = this.get(account);
    if (live) return live.sends.disown(callId, error);
    // It may be with a worker that is frozen.
    const held = await this.#acquire(account, REACH_TIMEOUT_MS);
    // A newer worker holds the lock, and no tab has given it the call.
    if (!held) return;
    const store = await this.#openStore(account, () => undefined);
    const record = (await store.outbox()).find((one) => one.callId === callId);
    if (record && !isTerminal(record)) await store.putOutbox([ended(record, { is: 'failed', error })]);
    store.close();
    held.release();
  }

  /** Deletes the stored data of an account without a session. */
  async wipe(account: Account): Promise<void> {
    const store = await this.#openStore(account, () => undefined);
    await store.wipe();
  }

  #acquire({ key }: Account, patienceMs: number): Promise<HeldAccount | null> {
    return within(this.platform.clock, patienceMs, (deadline) => this.#lock.acquire(key, deadline));
  }

  #create(kept: KeptAccount, login: LoginAnswer, requests: OpenRequests, held: HeldAccount): Session {
    const { account } = kept.credentials;
    const { key } = account;
    const { nextSeq, log } = this.options;
    const events = this.#logs.get(key) ?? new EventLog(nextSeq());
    this.#logs.set(key, events);
    const session: Session = new Session({
      ...kept,
      account,
      login,
      requests,
      platform: this.platform,
      nextSeq,
      events,
      log,
      onEnded: (isLapsed) => {
        const forget = () => {
          if (this.#live.get(key) === session) this.#live.delete(key);
        };
        if (session.state.movedTo) this.platform.clock.after(MOVED_MS, forget);
        else forget();
        if (isLapsed) return;
        this.#endings.set(key, session.snapshot());
        this.#logs.delete(key);
      },
      onClosed: held.release,
    });
    kept.onDegraded((reason) => session.degraded(reason));
    this.#endings.delete(key);
    this.#live.set(key, session);
    return session;
  }

  /** Opens the account's store, and loads its outbox, progress and credentials. */
  async #open(account: Account, auth: AuthPayload | null, token: ResumeToken | null): Promise<KeptAccount> {
    this.#live.delete(account.key);
    let degraded: string | undefined;
    let onDegraded: (reason: string) => void = (reason) => {
      degraded = reason;
    };
    const store = await this.#openStore(account, (reason) => onDegraded(reason));
    const [outbox, progress, onDisk, latest] = await Promise.all([
      store.outbox(),
      store.progress(),
      store.token(),
      store.recent(1),
    ]);
    const newest = [...latest.values()].flatMap((messages) => messages.map(({ ctime_ms }) => ctime_ms));
    const keptUpTo = Math.max(0, ...newest);
    return {
      store,
      outbox,
      // Without stored messages the sync key means nothing: the browser or the user has deleted them.
      progress: progress && { ...progress, syncKey: keptUpTo > 0 ? progress.syncKey : 0 },
      keptUpTo,
      credentials: new Credentials(account, auth, newerToken(onDisk, token), store, this.platform),
      onDegraded(fn) {
        onDegraded = fn;
        if (degraded !== undefined) fn(degraded);
      },
    };
  }

  #openStore(account: Account, onDegraded: (reason: string) => void): Promise<Store> {
    return this.platform.openStore(account.key, (reason) => {
      this.options.warn(`${account.username}: storage failed (${reason})`);
      onDegraded(reason);
    });
  }
}

const yieldTo = (held: HeldAccount, session: Session): void => held.onAsked((to) => session.handOver(to));
const loginAnswer = ({ uid, online_list }: Partial<Answer>): LoginAnswer => ({
  uid: readCount(uid, 0),
  online_list: Array.isArray(online_list) ? online_list : [],
});
