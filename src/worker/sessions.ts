/**
 * The sessions that there are: opened by a first login or for tabs whose worker has died, one for each account, each behind the account's
 * fence. To be called by one at a time for each server and application; {@link SessionMethods} sees to that.
 */
import { type AuthPayload, CODES, type Failure, failure, type StateSnapshot } from '../protocol/worker.js';
import type { Account, LoginAnswer, SessionOptions } from './account.js';
import { readCount } from './answers.js';
import { EventLog } from './event-log.js';
import { Fence } from './fence.js';
import { keyOf, type Openings, REACH_TIMEOUT_MS, RETRY_MS, type Target } from './openings.js';
import { delay, type Platform } from './platform.js';
import type { Answer } from './requests.js';
import { Session } from './session.js';
import type { Tab } from './tab.js';

export type Established =
  | { kind: 'session'; session: Session }
  | { kind: 'refused'; error: Failure }
  | { kind: 'unreachable' };

export interface SessionsOptions {
  nextSeq(): number;
  log(text: string): void;
  warn(text: string): void;
}

export class Sessions {
  readonly #live = new Map<string, Session>();
  /** How each account's last session was ended, if by somebody: a tab that was away must not bring it back. */
  readonly #endings = new Map<string, StateSnapshot>();
  /** What has happened to each account since somebody last ended its session. */
  readonly #logs = new Map<string, EventLog>();
  readonly #fence: Fence;

  constructor(
    private readonly platform: Platform,
    private readonly openings: Openings,
    private readonly options: SessionsOptions,
  ) {
    this.#fence = new Fence(platform, (key) => this.#live.get(key)?.end('superseded'));
  }

  get(account: Account): Session | undefined {
    return this.#live.get(account.key);
  }

  endingOf(account: Account): StateSnapshot | undefined {
    return this.#endings.get(account.key);
  }

  /** Any session of that application, one that is connected first. */
  find(target: Target): Session | undefined {
    const sessions = [...this.#live.values()].filter(({ account }) => keyOf(account) === keyOf(target));
    return sessions.find(({ connected }) => connected) ?? sessions[0];
  }

  /** A first login: on the socket that waits for one, or on one that is opened for it. The tab belongs to the session from the start. */
  async establish(account: Account, auth: AuthPayload, tab: Tab): Promise<Established> {
    const { clock } = this.platform;
    const deadline = new AbortController();
    const cancel = clock.after(REACH_TIMEOUT_MS, () => deadline.abort());
    const release = await this.#fence.acquire(account.key, deadline.signal);
    if (!release) return { kind: 'unreachable' };
    const store = this.#openStore(account);
    let session: Session | undefined;
    try {
      while (!deadline.signal.aborted) {
        const proof = await this.openings.prove(account, auth);
        if (proof.kind !== 'proven') return proof;
        const connection = this.openings.take(account);
        const reply = await connection?.login(account.username, account.digest);
        if (!connection || !reply || reply.kind === 'dropped') {
          await delay(clock, RETRY_MS, deadline.signal);
          continue;
        }
        if (reply.kind === 'timeout') {
          connection.close();
          break;
        }
        if (reply.answer.code !== CODES.success) {
          this.openings.giveBack(account, connection);
          const error = { ...failure(CODES.unknown, reply.answer.message), code: reply.answer.code };
          return { kind: 'refused', error };
        }
        const login = loginAnswer(reply.answer);
        session = this.#create({ account, auth, login, store: await store, restored: false }, release);
        tab.knowsDigest = true;
        session.join(tab, null);
        session.start(connection);
        return { kind: 'session', session };
      }
      return { kind: 'unreachable' };
    } finally {
      cancel();
      if (!session) {
        release();
        void store.then((unused) => unused.close());
      }
    }
  }

  /** A session that another boot of the worker had: it connects by itself, and its tabs' calls wait for it. */
  async reopen(account: Account, auth: AuthPayload | null): Promise<Session | undefined> {
    const deadline = new AbortController();
    const cancel = this.platform.clock.after(REACH_TIMEOUT_MS, () => deadline.abort());
    const release = await this.#fence.acquire(account.key, deadline.signal);
    cancel();
    if (!release) return undefined;
    const store = await this.#openStore(account);
    const login = { uid: 0, online_list: [] };
    const session = this.#create({ account, auth, login, store, restored: true }, release);
    session.start();
    return session;
  }

  #create(
    options: Pick<SessionOptions, 'account' | 'auth' | 'login' | 'store' | 'restored'>,
    release: () => void,
  ): Session {
    const { key } = options.account;
    const { nextSeq, log } = this.options;
    const events = this.#logs.get(key) ?? new EventLog();
    this.#logs.set(key, events);
    const session: Session = new Session({
      ...options,
      platform: this.platform,
      nextSeq,
      events,
      log,
      onEnded: (lapsed) => {
        if (this.#live.get(key) === session) this.#live.delete(key);
        if (!lapsed) {
          this.#endings.set(key, { ...session.snapshot(), tabs: 0 });
          this.#logs.delete(key);
        }
        release();
      },
    });
    this.#endings.delete(key);
    this.#live.set(key, session);
    return session;
  }

  #openStore(account: Account) {
    return this.platform.openStore(account.key, (reason) =>
      this.options.warn(`${account.username}: nothing can be kept on this device (${reason})`),
    );
  }
}

const loginAnswer = ({ uid, online_list }: Answer): LoginAnswer => ({
  uid: readCount(uid, 0),
  online_list: Array.isArray(online_list) ? online_list : [],
});
